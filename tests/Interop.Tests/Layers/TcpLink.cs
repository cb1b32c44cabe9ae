using System.Net;
using System.Net.Sockets;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.SecretStream;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A secret stream over TCP between us, with the key pair of seed A, and a partner with that of seed B.</summary>
internal sealed class TcpLink : IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly KeyPair _keyPair;

    private TcpLink(OurLoop loop, KeyPair keyPair, NoiseSecretStream ours, JsStream theirs)
    {
        _loop = loop;
        _keyPair = keyPair;
        Ours = ours;
        Theirs = theirs;
    }

    /// <summary>Our end, not started.</summary>
    public NoiseSecretStream Ours { get; }

    /// <summary>The partner's end.</summary>
    public JsStream Theirs { get; }

    /// <summary>The partner's key.</summary>
    public static Bytes32 TheirKey
    {
        get
        {
            using var pair = Keys.Of(Seeds.B);
            return pair.PublicKey;
        }
    }

    public static async Task<TcpLink> OpenAsync(
        OurLoop loop,
        JsPartner partner,
        Role role,
        NoisePattern pattern = NoisePattern.XX,
        StreamMode theirMode = StreamMode.Hash,
        NoiseSecretStreamOptions? options = null,
        TimeSpan theirKeepAlive = default,
        bool isCutAtEveryByte = false
    )
    {
        var keyPair = Keys.Of(Seeds.A);
        options ??= new NoiseSecretStreamOptions();
        options = options with { Pattern = pattern, RemotePublicKey = options.RemotePublicKey ?? TheirKey };
        var keepAlive = (int)theirKeepAlive.TotalMilliseconds;
        var word = pattern.ToString();
        if (role == Role.WeDial)
        {
            var listener = await JsSecretListener.ListenAsync(partner, Seeds.B, word, theirMode, keepAlive);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, listener.Port);
            var ours = await WrapAsync(loop, socket, isInitiator: true, keyPair, options, isCutAtEveryByte);
            return new TcpLink(loop, keyPair, ours, await listener.AcceptAsync());
        }
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var theirs = await JsSecretListener.ConnectAsync(
            partner,
            ((IPEndPoint)server.LocalEndpoint).Port,
            Seeds.B,
            word,
            keyPair.PublicKey.ToHex(),
            theirMode,
            keepAlive
        );
        var accepted = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        accepted.NoDelay = true;
        return new TcpLink(
            loop,
            keyPair,
            await WrapAsync(loop, accepted, isInitiator: false, keyPair, options, isCutAtEveryByte),
            theirs
        );
    }

    /// <summary>Starts our end.</summary>
    public Task<OurMessageStream> StartAsync(StreamMode mode = StreamMode.Hash) =>
        _loop.RunAsync(() => new OurMessageStream(Ours, mode));

    public async ValueTask DisposeAsync()
    {
        await _loop.RunAsync(() => Ours.Destroy());
        _keyPair.Dispose();
    }

    private static Task<NoiseSecretStream> WrapAsync(
        OurLoop loop,
        Socket socket,
        bool isInitiator,
        KeyPair keyPair,
        NoiseSecretStreamOptions options,
        bool isCutAtEveryByte
    ) =>
        loop.RunAsync(() =>
        {
            var stream = new NetworkStream(socket, ownsSocket: true);
            var duplex = isCutAtEveryByte
                ? new StreamDuplex(
                    loop.Loop,
                    new CutStream(stream),
                    new StreamDuplexOptions { EndSending = _ => socket.Shutdown(SocketShutdown.Send) }
                )
                : new StreamDuplex(loop.Loop, stream);
            return new NoiseSecretStream(duplex, isInitiator, keyPair, options);
        });
}
