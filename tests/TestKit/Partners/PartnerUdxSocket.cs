namespace TestKit.Partners;

/// <summary>A partner's UDP socket for UDX streams, on loopback or where the test says.</summary>
public sealed class PartnerUdxSocket : PartnerObject
{
    private readonly string _host;

    private PartnerUdxSocket(PartnerProcess partner, string handle, ushort port, string host)
        : base(partner, handle)
    {
        Port = port;
        _host = host;
    }

    /// <summary>Its port.</summary>
    public ushort Port { get; }

    public static async Task<PartnerUdxSocket> OpenAsync(PartnerProcess partner, string host = "127.0.0.1")
    {
        var made = await partner.CallAsync<CreatedSocket>("udx.socket", new { host });
        return new PartnerUdxSocket(partner, made.Handle, made.Port, host);
    }

    /// <summary>A stream that is connected to a known port, of the socket's own host if no other is named.</summary>
    public async Task<PartnerStream> ConnectAsync(
        uint id,
        uint remoteId,
        ushort remotePort,
        StreamMode mode = StreamMode.Hash,
        string? remoteHost = null
    )
    {
        var stream = await CreateAsync(id, accept: null, mode);
        await Partner.CallAsync(
            "udx.connect",
            new
            {
                stream = stream.Handle,
                socket = Handle,
                remoteId,
                port = remotePort,
                host = remoteHost ?? _host,
            }
        );
        return stream;
    }

    /// <summary>A stream that connects to wherever its first packet comes from.</summary>
    public Task<PartnerStream> AcceptAsync(uint id, uint remoteId, StreamMode mode = StreamMode.Hash) =>
        CreateAsync(id, remoteId, mode);

    private async Task<PartnerStream> CreateAsync(uint id, uint? accept, StreamMode mode)
    {
        var made = await Partner.CallAsync<Created>(
            "udx.stream",
            new
            {
                id,
                accept,
                mode = mode.ToDriver(),
            }
        );
        return new PartnerStream(Partner, made.Handle);
    }

    private sealed record CreatedSocket(string Handle, ushort Port);
}
