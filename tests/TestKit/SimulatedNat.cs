using System.Net;
using Hyper.Loop;

namespace TestKit;

/// <summary>
/// A NAT box of a <see cref="SimulatedWorld"/>: one outside address, and a network of its own behind it, whose hosts may
/// have addresses that other networks use too. Datagrams inside that network pass it by.
/// </summary>
public sealed class SimulatedNat
{
    private const int FirstPort = 1024;

    private readonly SimulatedWorld _world;
    private readonly SeededRandomSource _random;
    private readonly Dictionary<(UdpAddress Inside, UdpAddress Remote), Session> _byInside = [];
    private readonly Dictionary<ushort, Session> _byPort = [];

    internal SimulatedNat(SimulatedWorld world, IPAddress address, NatBehaviour behaviour, SeededRandomSource random)
    {
        _world = world;
        _random = random;
        Address = address;
        Behaviour = behaviour;
    }

    /// <summary>The outside address.</summary>
    public IPAddress Address { get; }

    /// <summary>What it does; may be changed while running, for sessions still to come.</summary>
    public NatBehaviour Behaviour { get; set; }

    /// <summary>Datagrams from outside that were not let in.</summary>
    public long Refused { get; private set; }

    /// <summary>Outside ports in use.</summary>
    public int Sessions => _byPort.Count;

    /// <summary>Adds a host behind the NAT.</summary>
    public SimulatedHost CreateHost(string address) => _world.CreateHost(IPAddress.Parse(address), this);

    /// <summary>Forgets every outside port, as a box that was switched off and on.</summary>
    public void Restart()
    {
        _byInside.Clear();
        _byPort.Clear();
    }

    /// <summary>The outside address from which a datagram of an inside socket leaves.</summary>
    internal UdpAddress TranslateOut(in UdpAddress inside, in UdpAddress to)
    {
        var key = (inside, Remote: Part(to, Behaviour.Mapping));
        if (!_byInside.TryGetValue(key, out var session) || IsOver(session))
        {
            if (session is not null)
                Remove(session);
            session = new Session(inside, key.Remote, ChoosePort(inside.Port));
            if (_byPort.TryGetValue(session.Port, out var earlier))
                Remove(earlier);
            _byInside[key] = session;
            _byPort[session.Port] = session;
        }
        session.LastSent = _world.Now;
        session.Remotes.Add(Part(to, Behaviour.Filtering));
        return new UdpAddress(Address, session.Port);
    }

    /// <summary>The inside socket for a datagram that has come to an outside port, or null when it is not let in.</summary>
    internal UdpAddress? TranslateIn(ushort port, in UdpAddress from)
    {
        if (
            _byPort.TryGetValue(port, out var session)
            && !IsOver(session)
            && session.Remotes.Contains(Part(from, Behaviour.Filtering))
        )
        {
            return session.Inside;
        }
        Refused++;
        return null;
    }

    private void Remove(Session session)
    {
        _byInside.Remove((session.Inside, session.Remote));
        _byPort.Remove(session.Port);
    }

    private bool IsOver(Session session) => _world.Now - session.LastSent > Behaviour.Lifetime.Ticks;

    private ushort ChoosePort(ushort wanted)
    {
        if (Behaviour.KeepsPort && IsFree(wanted))
            return wanted;
        ushort port;
        do port = (ushort)(FirstPort + _random.Next(ushort.MaxValue + 1 - FirstPort));
        while (!IsFree(port));
        return port;
    }

    private bool IsFree(ushort port) => !_byPort.TryGetValue(port, out var session) || IsOver(session);

    private static UdpAddress Part(in UdpAddress address, NatDependence dependence) =>
        dependence switch
        {
            NatDependence.None => default,
            NatDependence.Address => address.WithPort(0),
            _ => address,
        };

    private sealed class Session(UdpAddress inside, UdpAddress remote, ushort port)
    {
        public UdpAddress Inside => inside;

        /// <summary>What the outside port is for, as far as the NAT tells remotes apart.</summary>
        public UdpAddress Remote => remote;

        public ushort Port => port;

        public long LastSent { get; set; }

        public HashSet<UdpAddress> Remotes { get; } = [];
    }
}
