using Hyper.SecretStream;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>Connections that others dial, and the rule for two connections with one peer.</summary>
public sealed partial class Hyperswarm
{
    private int _serverLinks;
    private int _pendingVerdicts;

    private void OnServerConnection(NoiseSecretStream stream)
    {
        if (IsStill)
            stream.Destroy();
        else if (Options.FirewallAsync is null)
            Accept(stream);
        else if (_pendingVerdicts >= Options.MaxPendingVerdicts)
            Refuse(stream, "As many peers wait to be let in as may.");
        else
            _ = AcceptLaterAsync(stream);
    }

    /// <summary>Holds the connection, which nobody has started, until there is a verdict.</summary>
    private async Task AcceptLaterAsync(NoiseSecretStream stream)
    {
        _pendingVerdicts++;
        var isKeptOut = await IsKeptOutAsync(stream.RemotePublicKey, _closing.Token);
        _pendingVerdicts--;
        if (isKeptOut || IsStill)
            stream.Destroy();
        else if (!stream.IsClosed)
            Accept(stream);
    }

    /// <summary>
    /// Takes a connection that a peer has dialled. If we have one with it, or are dialling it, one of the two goes: the
    /// old one if data has passed over it both ways (the peer must have lost it), else the one dialled by the smaller
    /// public key. Both sides compute this alike, so two crossing dials leave one connection.
    /// Source: hyperswarm 4.17.2, index.js, server connection handling.
    /// </summary>
    private void Accept(NoiseSecretStream stream)
    {
        if (_links.TryGetValue(stream.RemotePublicKey, out var existing))
        {
            Statistics.Duplicates++;
            SwarmMetrics.Duplicates.Add(1);
            Resolve(existing, stream);
            return;
        }
        if (_serverLinks >= Options.MaxServerConnections)
        {
            Refuse(stream, "As many peers are connected to us as may be.");
            return;
        }
        if (Remember(stream.RemotePublicKey) is not { IsBanned: false } peer)
        {
            stream.Destroy();
            return;
        }
        StopWaiting(peer);
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

    private void Refuse(NoiseSecretStream stream, string reason)
    {
        Statistics.Refused++;
        SwarmMetrics.Refused.Add(1);
        stream.Destroy(new SwarmException(SwarmException.TooManyConnections, reason));
    }

    private static SwarmException Duplicate(string reason) =>
        new(SwarmException.Duplicate, $"Closed because {reason}.");
}
