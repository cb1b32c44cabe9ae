namespace Interop.Tests.Harness;

/// <summary>A partner's UDP socket for UDX streams, on loopback.</summary>
public sealed class JsUdxSocket : PartnerObject
{
    private readonly string _host;

    private JsUdxSocket(JsPartner partner, string handle, ushort port, string host)
        : base(partner, handle)
    {
        Port = port;
        _host = host;
    }

    /// <summary>Its port.</summary>
    public ushort Port { get; }

    public static async Task<JsUdxSocket> OpenAsync(JsPartner partner, string host = "127.0.0.1")
    {
        var made = await partner.CallAsync<CreatedSocket>("udx.socket", new { host });
        return new JsUdxSocket(partner, made.Handle, made.Port, host);
    }

    /// <summary>A stream that is connected to a known port of the socket's own host.</summary>
    public async Task<JsStream> ConnectAsync(
        uint id,
        uint remoteId,
        ushort remotePort,
        StreamMode mode = StreamMode.Hash
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
                host = _host,
            }
        );
        return stream;
    }

    /// <summary>A stream that connects to wherever its first packet comes from.</summary>
    public Task<JsStream> AcceptAsync(uint id, uint remoteId, StreamMode mode = StreamMode.Hash) =>
        CreateAsync(id, remoteId, mode);

    private async Task<JsStream> CreateAsync(uint id, uint? accept, StreamMode mode)
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
        return new JsStream(Partner, made.Handle);
    }

    private sealed record CreatedSocket(string Handle, ushort Port);
}
