namespace Interop.Tests.Harness;

/// <summary>A partner's Protomux on a stream of mode <see cref="StreamMode.None"/>.</summary>
public sealed class JsMux : PartnerObject
{
    private JsMux(JsPartner partner, string handle)
        : base(partner, handle) { }

    public static async Task<JsMux> CreateAsync(JsStream stream)
    {
        var made = await stream.Partner.CallAsync<Created>("mux.create", new { stream = stream.Handle });
        return new JsMux(stream.Partner, made.Handle);
    }

    /// <summary>
    /// Makes a channel; it opens with <see cref="JsChannel.OpenAsync"/>. Null where one with this key is open already.
    /// </summary>
    public async Task<JsChannel?> ChannelAsync(
        string protocol,
        byte[]? id = null,
        int types = 1,
        bool withHandshake = false,
        bool echo = false,
        bool unique = true
    )
    {
        var made = await Partner.CallAsync<CreatedChannel>(
            "mux.channel",
            new
            {
                mux = Handle,
                protocol,
                id = id is null ? null : Convert.ToHexStringLower(id),
                types,
                withHandshake,
                echo,
                unique,
            }
        );
        return made.Handle is null ? null : new JsChannel(Partner, made.Handle);
    }

    /// <summary>Answers each open of this key with a channel of its own, which a <c>pair</c> event names.</summary>
    public Task PairAsync(
        string protocol,
        byte[]? id = null,
        int types = 1,
        byte[]? handshake = null,
        bool echo = false
    ) =>
        Partner.CallAsync(
            "mux.pair",
            new
            {
                mux = Handle,
                protocol,
                id = id is null ? null : Convert.ToHexStringLower(id),
                create = new
                {
                    types,
                    echo,
                    withHandshake = handshake is not null,
                    handshake = Convert.ToHexStringLower(handshake ?? []),
                },
            }
        );

    /// <summary>Waits for the next channel that <see cref="PairAsync"/> made.</summary>
    public async Task<JsChannel> PairedAsync() => new(Partner, (await ExpectAsync("pair")).Text("channel")!);

    /// <summary>Holds outgoing messages back until <see cref="UncorkAsync"/>, which sends them in one batch.</summary>
    public Task CorkAsync() => Partner.CallAsync("mux.cork", new { mux = Handle });

    public Task UncorkAsync() => Partner.CallAsync("mux.uncork", new { mux = Handle });

    private sealed record CreatedChannel(string? Handle);
}
