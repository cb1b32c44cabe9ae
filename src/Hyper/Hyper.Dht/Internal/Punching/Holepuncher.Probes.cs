using Hyper.Dht.Messages;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// The probes. Between two NATs that keep one port, a probe a second to each address. Where one NAT's ports are random,
/// that side opens many sockets towards the other and the other guesses ports: the birthday paradox makes them meet.
/// </summary>
internal sealed partial class Holepuncher
{
    private Strategy _strategy;
    private UdpAddress _target;
    private int _step;
    private int _nextSocket;
    private byte _timeToLive;
    private bool _hasRandomTurn;

    private enum Strategy
    {
        /// <summary>One port on both sides.</summary>
        Consistent,

        /// <summary>We keep one port, and guess those of the other side.</summary>
        GuessPorts,

        /// <summary>Our ports are random: many sockets are being opened.</summary>
        OpenSockets,

        /// <summary>All sockets are open and gone through in turn.</summary>
        CycleSockets,
    }

    /// <summary>
    /// Begins to send probes; a second call changes nothing.
    /// </summary>
    /// <returns>False when there is no way: both NATs are random or unknown, nobody knows where to send, or another
    /// punch with random ports has its turn.</returns>
    public bool TryPunch()
    {
        if (_isOver || IsPunching || RemoteAddresses.Length == 0)
            return IsPunching;
        var (local, remote) = (Firewall.Coerce(), RemoteFirewall.Coerce());
        if (local == FirewallKind.Unknown || remote == FirewallKind.Unknown || local == remote && IsRandom)
            return false;
        if (!IsRandom)
        {
            // The responder's first probe can wait: it has opened its session just now, and the initiator sends at once.
            Begin(Strategy.Consistent, _isInitiator ? TimeSpan.Zero : PunchTiming.ConsistentInterval);
            return true;
        }
        if (FindVerifiedAddress() is not { } target || !TryTakeRandomTurn())
            return false;
        _target = target;
        _timeToLive = OpeningTimeToLive;
        Begin(local == FirewallKind.Random ? Strategy.OpenSockets : Strategy.GuessPorts, TimeSpan.Zero);
        return true;
    }

    /// <summary>Takes the node's turn for a punch with random ports; true when this puncher has it already.</summary>
    public bool TryTakeRandomTurn() => _hasRandomTurn || (_hasRandomTurn = _dht.RandomPunches.TryEnter());

    private void EndRandomPunch()
    {
        if (!_hasRandomTurn)
            return;
        _hasRandomTurn = false;
        _dht.RandomPunches.Exit(wasUsed: _step > 0);
    }

    /// <summary>Nothing proves that anybody is behind an address that no token came back from: it must not be flooded.</summary>
    private UdpAddress? FindVerifiedAddress()
    {
        foreach (var address in RemoteAddresses)
        {
            if (VerifiedHost?.HasSameHost(address) == true)
                return address;
        }
        return null;
    }

    private void Begin(Strategy strategy, TimeSpan delay)
    {
        IsPunching = true;
        _strategy = strategy;
        _timer.Arm(delay);
    }

    private void Step()
    {
        if (_isOver)
            return;
        _step++;
        var (pause, isLast) = _strategy switch
        {
            Strategy.Consistent => ProbeAddresses(),
            Strategy.GuessPorts => ProbeRandomPort(),
            Strategy.OpenSockets => OpenMoreSockets(),
            _ => ProbeFromNextSocket(),
        };
        TakeStranger(isLast);
        if (_isOver)
            return;
        if (!isLast)
        {
            _timer.Arm(pause);
            return;
        }
        IsPunching = false;
        EndRandomPunch();
        OnExhausted?.Invoke();
    }

    private (TimeSpan Pause, bool IsLast) ProbeAddresses()
    {
        if (_step > PunchTiming.ConsistentRounds)
            return (default, true);
        foreach (var address in RemoteAddresses)
        {
            // Seldom to addresses that nothing proves.
            if (VerifiedHost?.HasSameHost(address) == true || (_step & 3) == 0)
                Send(Socket, address);
        }
        return (PunchTiming.ConsistentInterval, false);
    }

    private (TimeSpan Pause, bool IsLast) ProbeRandomPort()
    {
        if (_step > PunchTiming.RandomProbes)
            return (default, true);
        var port = PunchTiming.FirstRandomPort + _dht.Loop.Random.Next(65_536 - PunchTiming.FirstRandomPort);
        Send(Socket, _target.WithPort((ushort)port));
        return (PunchTiming.RandomInterval, false);
    }

    private (TimeSpan Pause, bool IsLast) OpenMoreSockets()
    {
        for (var i = 0; i < PunchTiming.BirthdayBatch && _sockets.Count < PunchTiming.BirthdaySockets; i++)
        {
            if (_dht.PunchSockets.TryOpen(this) is not { } socket)
            {
                // Fewer sockets, less luck; no reason to give up.
                return BeginCycling();
            }
            _sockets.Add(socket);
            Send(socket, _target, OpeningTimeToLive);
        }
        return _sockets.Count < PunchTiming.BirthdaySockets ? (PunchTiming.RandomInterval, false) : BeginCycling();
    }

    private (TimeSpan Pause, bool IsLast) BeginCycling()
    {
        _strategy = Strategy.CycleSockets;
        _step = 1;
        return (PunchTiming.BirthdayRest, false);
    }

    private (TimeSpan Pause, bool IsLast) ProbeFromNextSocket()
    {
        if (_step > PunchTiming.RandomProbes)
            return (default, true);
        Send(_sockets[_nextSocket], _target, _timeToLive);
        if (++_nextSocket == _sockets.Count)
        {
            // The first time round only opens our NAT; then the other side has had time to guess.
            _nextSocket = 0;
            _timeToLive = 0;
        }
        return (PunchTiming.RandomInterval, false);
    }
}
