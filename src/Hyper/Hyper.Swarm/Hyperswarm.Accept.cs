using Hyper.SecretStream;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>Connections that others dial, and the rule for two connections with one peer.</summary>
public sealed partial class Hyperswarm
{
    /// <summary>
    /// Takes a connection that a peer has dialled. If we have one with it, or are dialling it, one of the two goes: the
    /// old one if data has passed over it both ways (the peer must have lost it), else the one dialled by the smaller
    /// public key. Both sides compute this alike, so two crossing dials leave one connection.
    /// Source: hyperswarm 4.14.2, index.js, server connection handling.
    /// </summary>
    private void OnServerConnection(NoiseSecretStream stream)
    {
        if (IsDestroyed)
        {
            stream.Destroy();
            return;
        }
        if (_links.TryGetValue(stream.RemotePublicKey, out var existing))
        {
            Statistics.Duplicates++;
            Resolve(existing, stream);
            return;
        }
        if (
            _serverLinks >= Options.MaxServerConnections
            || Remember(stream.RemotePublicKey, isConnected: true) is not { } peer
        )
        {
            stream.Destroy(
                new SwarmException(SwarmException.TooManyConnections, "As many peers are connected to us as may be.")
            );
            return;
        }
        var link = new Link(peer, isClient: false);
        _serverLinks++;
        _links.Add(peer.PublicKey, link);
        OpenLink(link, stream);
    }

    private void Resolve(Link existing, NoiseSecretStream stream)
    {
        var keepNew = existing.IsEstablished || KeyPair.PublicKey < stream.RemotePublicKey;
        if (!keepNew)
        {
            // The peer may have lost the connection that stays: if so, this finds out.
            existing.Stream?.SendKeepAlive();
            stream.Destroy(Duplicate("an earlier connection with the peer stays"));
            return;
        }
        existing.Replacement?.Destroy(Duplicate("the peer has connected once more"));
        existing.Replacement = stream;
        existing.Destroy(Duplicate("the peer has connected anew"));
    }

    private static SwarmException Duplicate(string reason) =>
        new(SwarmException.Duplicate, $"Closed because {reason}.");
}
