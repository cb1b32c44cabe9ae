using Hyper.SecretStream;

namespace Hyper.Swarm;

/// <summary>
/// What the swarm tells. All events are raised on the loop, after the swarm's own state has changed; a handler that
/// throws is logged and costs nothing else.
/// </summary>
public sealed partial class Hyperswarm
{
    /// <summary>Raised when a dial has begun, or a connection has opened or ended.</summary>
    public event Action? Updated;

    /// <summary>Raised for each new connection, after the connection handler has taken it.</summary>
    public event Action<NoiseSecretStream, PeerInfo>? Connected;

    /// <summary>Raised when a connection has ended, with the error if there was one.</summary>
    public event Action<NoiseSecretStream, PeerInfo, Exception?>? Disconnected;

    /// <summary>Raised when a peer is kept out from now on, by the firewall or by the owner.</summary>
    public event Action<PeerInfo>? Banned;

    internal void Tell<TTold, TArgument>(Action<TTold, TArgument> tell, TTold told, TArgument argument)
    {
        try
        {
            tell(told, argument);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogEventHandlerFailed(error);
        }
    }

    private void TellUpdated()
    {
        Statistics.Updates++;
        if (Updated is { } told)
            Tell(static (told, _) => told(), told, 0);
    }

    private void TellConnected(NoiseSecretStream stream, PeerInfo peer)
    {
        if (Connected is { } told)
            Tell(static (told, link) => told(link.stream, link.peer), told, (stream, peer));
    }

    private void TellDisconnected(NoiseSecretStream stream, PeerInfo peer, Exception? error)
    {
        if (Disconnected is { } told)
            Tell(static (told, link) => told(link.stream, link.peer, link.error), told, (stream, peer, error));
    }

    private void TellBanned(PeerInfo peer)
    {
        if (Banned is { } told)
            Tell(static (told, peer) => told(peer), told, peer);
    }
}
