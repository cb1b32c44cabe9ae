using Hyper.SecretStream;

namespace Hyper.Swarm.Internal;

/// <summary>
/// The one connection, or attempt at one, that a swarm has with a peer. States: dialling (no stream), open, gone. A link
/// that has lost against a newer one from the same peer holds that one until it is gone itself, so that the owner sees
/// the end of the old connection before the new one.
/// </summary>
internal sealed class Link(PeerInfo peer, bool isClient) : IDisposable
{
    public PeerInfo Peer { get; } = peer;

    public bool IsClient { get; } = isClient;

    public CancellationTokenSource Dialling { get; } = new();

    public NoiseSecretStream? Stream { get; private set; }

    public long OpenedAt { get; private set; }

    public NoiseSecretStream? Replacement { get; set; }

    /// <summary>
    /// Whether data has passed both ways. If the peer comes anew nevertheless, it has lost this connection.
    /// </summary>
    public bool IsEstablished => Stream is { MessagesSent: > 0, MessagesReceived: > 0 };

    public void Open(NoiseSecretStream stream, long timestamp)
    {
        Stream = stream;
        OpenedAt = timestamp;
    }

    /// <summary>Ends the attempt or the stream; the owner hears of it in a later turn.</summary>
    public void Destroy(Exception? error)
    {
        if (Stream is not null)
            Stream.Destroy(error);
        else
            Dialling.Cancel();
    }

    public void Dispose() => Dialling.Dispose();
}
