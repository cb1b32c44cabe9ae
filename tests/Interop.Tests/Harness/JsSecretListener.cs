namespace Interop.Tests.Harness;

/// <summary>A partner's TCP listener that wraps each connection in a secret stream, as responder.</summary>
public sealed class JsSecretListener : PartnerObject
{
    private JsSecretListener(JsPartner partner, string handle, ushort port, string publicKey)
        : base(partner, handle)
    {
        Port = port;
        PublicKey = publicKey;
    }

    public ushort Port { get; }

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey { get; }

    /// <summary>
    /// Listens with the key pair of <paramref name="seed"/> (64 hexadecimal digits). After <paramref name="keepAlive"/>
    /// milliseconds without a write an empty message is written; 0 means never.
    /// </summary>
    public static async Task<JsSecretListener> ListenAsync(
        JsPartner partner,
        string seed,
        string pattern = "XX",
        StreamMode mode = StreamMode.Hash,
        int keepAlive = 0
    )
    {
        var made = await partner.CallAsync<Listening>(
            "secret.listen",
            new
            {
                seed,
                pattern,
                keepAlive,
                mode = mode.ToDriver(),
            }
        );
        return new JsSecretListener(partner, made.Handle, made.Port, made.PublicKey);
    }

    /// <summary>Dials a TCP listener, as initiator.</summary>
    public static async Task<JsStream> ConnectAsync(
        JsPartner partner,
        int port,
        string seed,
        string pattern = "XX",
        string? remotePublicKey = null,
        StreamMode mode = StreamMode.Hash,
        int keepAlive = 0
    )
    {
        var made = await partner.CallAsync<Created>(
            "secret.connect",
            new
            {
                port,
                seed,
                pattern,
                remotePublicKey,
                keepAlive,
                mode = mode.ToDriver(),
            }
        );
        return new JsStream(partner, made.Handle);
    }

    /// <summary>Waits for the next connection.</summary>
    public async Task<JsStream> AcceptAsync() => new(Partner, (await ExpectAsync("connection")).Text("stream") ?? "");

    private sealed record Listening(string Handle, ushort Port, string PublicKey);
}
