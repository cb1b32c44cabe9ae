using System.Threading.Channels;
using Hyper.Dht;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>A key pair that a node of ours serves.</summary>
public sealed class OurServer(OurLoop loop, DhtServer server, ChannelReader<OurConnection> accepted)
{
    /// <summary>The key to dial, in hexadecimal.</summary>
    public string PublicKey => server.PublicKey.ToHex();

    /// <summary>Waits for the next connection.</summary>
    public Task<OurConnection> AcceptAsync() =>
        accepted.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(JsPartner.DefaultDeadline);

    /// <summary>Number of connections that wait to be accepted.</summary>
    public int Waiting => accepted.Count;

    /// <summary>Whether it has relays now. Read on the loop.</summary>
    public bool IsAnnounced => server.RelayAddresses.Count > 0;

    /// <summary>Waits until no handshake is remembered.</summary>
    public Task RestAsync() =>
        Until.TrueAsync(
            () => loop.RunAsync(() => server.HandshakeCount == 0),
            "the handshakes of the closed connections to be forgotten",
            TimeSpan.FromMinutes(2)
        );

    /// <summary>Stops serving.</summary>
    public Task CloseAsync() => loop.RunAsync(server.CloseAsync);
}
