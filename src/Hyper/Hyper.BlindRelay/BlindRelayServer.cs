using Hyper.BlindRelay.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.Udx;

namespace Hyper.BlindRelay;

/// <summary>
/// Joins two ends that come with the same token: each gets a UDX stream here, and what arrives on one leaves on the other.
/// The relay sees packets, not what is in them.
/// </summary>
/// <remarks>
/// Belongs to the loop of its UDX node, which owns the streams. It has a session for each client, the ends that wait, by
/// token, and the pairs that are joined; every one of them is bounded, in all and for each source, and has a deadline. A
/// client that leaves takes its ends with it, joined ones too. Source of the protocol: blind-relay 1.4.0, index.js; see
/// docs/protocol/blind-relay.md.
/// </remarks>
public sealed class BlindRelayServer : IDisposable
{
    private readonly Dictionary<Bytes32, Pairing> _pending = [];
    private readonly HashSet<RelayPair> _pairs = [];
    private readonly HashSet<RelaySession> _sessions = [];
    private readonly Dictionary<uint, int> _sessionsPerNetwork = [];
    private readonly Dictionary<Bytes32, int> _perPeer = [];
    private readonly Dictionary<uint, int> _perNetwork = [];
    private readonly Dictionary<uint, int> _pendingPerNetwork = [];
    private readonly LoopTimer _sweep;

    /// <summary>Longer than a client takes from connecting to asking.</summary>
    private static readonly TimeSpan _giveWayAfter = TimeSpan.FromSeconds(5);

    /// <summary>A relay whose streams are those of <paramref name="node"/>.</summary>
    public BlindRelayServer(UdxNode node, BlindRelayServerOptions? options = null)
    {
        Node = node;
        Options = BlindRelayServerOptions.Validated(options ?? new BlindRelayServerOptions());
        _sweep = node.Loop.Time.CreateTimer(static state => ((BlindRelayServer)state!).Sweep(), this);
    }

    /// <summary>The limits in force.</summary>
    public BlindRelayServerOptions Options { get; }

    /// <summary>Running totals.</summary>
    public BlindRelayStatistics Statistics { get; } = new();

    internal UdxNode Node { get; }

    private TimeSpan SweepInterval =>
        TimeSpan.FromTicks(Math.Min(Options.PendingTimeout.Ticks, Options.IdleTimeout.Ticks) / 4);

    /// <summary>Serves a client.</summary>
    /// <param name="mux">The mux on its connection; its other channels are not touched.</param>
    /// <param name="clientKey">Its key, proven by that connection: the id of the channel.</param>
    /// <param name="transport">The stream below the connection: the client's end must come from the same host.</param>
    /// <param name="onIdle">
    /// Called when the client was closed because it wanted nothing for too long: for an owner that keeps the connection for
    /// the relay alone.
    /// </param>
    /// <returns>False when the connection is closed or is served already, or as many clients are there as may be.</returns>
    public bool Accept(Protomux mux, in Bytes32 clientKey, UdxStream transport, Action? onIdle = null)
    {
        Node.Loop.VerifyAccess();
        if (!MayEnter(transport.RemoteAddress))
        {
            Statistics.SessionsRefused++;
            return false;
        }
        if (RelaySession.TryOpen(this, mux, clientKey, transport, onIdle) is not { } session)
            return false;
        _sessions.Add(session);
        _sessionsPerNetwork[session.Network] = _sessionsPerNetwork.GetValueOrDefault(session.Network) + 1;
        ArmSweep();
        return true;
    }

    /// <summary>Ends every pair and closes the channels.</summary>
    public void Dispose()
    {
        foreach (var session in _sessions.ToArray())
            session.Close();
        _sweep.Dispose();
    }

    internal void OnOpened()
    {
        Statistics.SessionsOpened++;
        Statistics.Sessions++;
    }

    internal void OnClosed(RelaySession session, bool wasOpen)
    {
        if (_sessions.Remove(session) && --_sessionsPerNetwork[session.Network] == 0)
            _sessionsPerNetwork.Remove(session.Network);
        if (wasOpen)
            Statistics.Sessions--;
        foreach (var pairing in _pending.Values.Where(pairing => pairing.End.Session == session).ToArray())
        {
            Statistics.Cancelled++;
            Remove(pairing);
        }
        foreach (var pair in _pairs.Where(pair => pair.Has(session)).ToArray())
            pair.Destroy();
    }

    /// <summary>An end that asks to be joined.</summary>
    internal void Pair(RelaySession session, in PairMessage message)
    {
        Statistics.Requested++;
        if (_pending.TryGetValue(message.Token, out var waiting))
        {
            // The same end again, or somebody who has learned the token: the first one stays.
            if (waiting.End.IsInitiator == message.IsInitiator)
                return;
            if (!MayTake(session) || _pairs.Count >= Options.MaxPairs)
            {
                Statistics.Refused++;
                return;
            }
            Take(session);
            Forget(waiting);
            Join(waiting.End, new RelayEnd(session, message.IsInitiator, message.StreamId), message.Token);
            return;
        }
        if (!MayTake(session) || !TryMakeRoom(session.Network))
        {
            Statistics.Refused++;
            return;
        }
        Take(session);
        var end = new RelayEnd(session, message.IsInitiator, message.StreamId);
        _pending.Add(message.Token, new Pairing(message.Token, end, Node.Loop.Time.GetTimestamp()));
        _pendingPerNetwork[session.Network] = _pendingPerNetwork.GetValueOrDefault(session.Network) + 1;
        Statistics.Pending++;
        ArmSweep();
    }

    /// <summary>An end that calls off what is waiting, or what is joined; only its own.</summary>
    internal void Unpair(RelaySession session, in Bytes32 token)
    {
        if (_pending.TryGetValue(token, out var pairing))
        {
            if (pairing.End.Session != session)
                return;
            Statistics.Cancelled++;
            Remove(pairing);
            return;
        }
        foreach (var pair in _pairs)
        {
            if (!pair.Is(token, session))
                continue;
            Statistics.Cancelled++;
            pair.Destroy();
            return;
        }
    }

    internal void Remove(RelayPair pair)
    {
        if (!_pairs.Remove(pair))
            return;
        Statistics.Active--;
        GiveBack(pair.First.Session);
        GiveBack(pair.Second.Session);
    }

    private void Join(RelayEnd first, RelayEnd second, in Bytes32 token)
    {
        var pair = new RelayPair(this, token, first, second);
        _pairs.Add(pair);
        Statistics.Active++;
        if (pair.TryStart())
        {
            Statistics.Matched++;
            ArmSweep();
            return;
        }
        Statistics.Refused++;
        pair.Destroy();
    }

    private void Remove(Pairing pairing)
    {
        Forget(pairing);
        GiveBack(pairing.End.Session);
    }

    private void Forget(Pairing pairing)
    {
        _pending.Remove(pairing.Token);
        Statistics.Pending--;
        var network = pairing.End.Session.Network;
        if (--_pendingPerNetwork[network] == 0)
            _pendingPerNetwork.Remove(network);
    }

    /// <summary>
    /// Whether one more end of this network may wait. When as many wait as may, the oldest of the network that has most makes room,
    /// if that has more than this one would have then: a few networks must not keep the others out.
    /// </summary>
    private bool TryMakeRoom(uint network)
    {
        if (_pending.Count < Options.MaxPending)
            return true;
        var (largest, count) = _pendingPerNetwork.MaxBy(static entry => entry.Value);
        if (count <= _pendingPerNetwork.GetValueOrDefault(network) + 1)
            return false;
        var oldest = _pending
            .Values.Where(pairing => pairing.End.Session.Network == largest)
            .MinBy(static pairing => pairing.Since)!;
        Statistics.Displaced++;
        Remove(oldest);
        return true;
    }

    private bool MayEnter(in UdpAddress address)
    {
        var network = RelaySession.NetworkOf(address);
        if (
            !RelaySession.IsLoopback(address)
            && _sessionsPerNetwork.GetValueOrDefault(network) >= Options.MaxSessionsPerNetwork
        )
            return false;
        if (_sessions.Count < Options.MaxSessions)
            return true;
        if (_sessions.MaxBy(static session => session.IdleTime) is not { } idle || idle.IdleTime < _giveWayAfter)
            return false;
        CloseIdle(idle);
        return true;
    }

    private void CloseIdle(RelaySession session)
    {
        Statistics.SessionsIdled++;
        session.CloseIdle();
    }

    private bool MayTake(RelaySession session) =>
        _perPeer.GetValueOrDefault(session.ClientKey) < Options.MaxPerPeer
        && (session.IsLocal || _perNetwork.GetValueOrDefault(session.Network) < Options.MaxPerNetwork);

    private void Take(RelaySession session)
    {
        session.Ends++;
        _perPeer[session.ClientKey] = _perPeer.GetValueOrDefault(session.ClientKey) + 1;
        _perNetwork[session.Network] = _perNetwork.GetValueOrDefault(session.Network) + 1;
    }

    private void GiveBack(RelaySession session)
    {
        session.Ends--;
        if (--_perPeer[session.ClientKey] == 0)
            _perPeer.Remove(session.ClientKey);
        if (--_perNetwork[session.Network] == 0)
            _perNetwork.Remove(session.Network);
    }

    private void ArmSweep()
    {
        if (!_sweep.IsArmed)
            _sweep.Arm(SweepInterval);
    }

    private void Sweep()
    {
        var time = Node.Loop.Time;
        foreach (var pairing in _pending.Values.ToArray())
        {
            if (time.GetElapsedTime(pairing.Since) < Options.PendingTimeout)
                continue;
            Statistics.Expired++;
            Remove(pairing);
        }
        foreach (var pair in _pairs.ToArray())
        {
            if (!pair.IsIdle())
                continue;
            Statistics.Idled++;
            pair.Destroy();
        }
        foreach (var session in _sessions.ToArray())
        {
            if (session.IdleTime >= Options.IdleTimeout)
                CloseIdle(session);
        }
        if (_pending.Count + _pairs.Count + _sessions.Count > 0)
            ArmSweep();
    }

    private sealed record Pairing(Bytes32 Token, RelayEnd End, long Since);
}
