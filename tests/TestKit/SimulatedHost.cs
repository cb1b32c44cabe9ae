using System.Net;
using Hyper.Loop;

namespace TestKit;

/// <summary>A host of a <see cref="SimulatedWorld"/>: an event loop with its own address and randomness.</summary>
public sealed class SimulatedHost : EventLoop
{
    private const ushort FirstEphemeralPort = 40_000;

    private readonly HashSet<SimulatedSocket> _sockets = [];
    private long _uplinkFree;
    private ushort _nextPort = FirstEphemeralPort - 1;
    private TimeSpan _wallClockLead;

    internal SimulatedHost(SimulatedWorld world, IPAddress address, SimulatedNat? network, IRandomSource random)
    {
        World = world;
        Address = address;
        Network = network;
        Random = random;
        Time = new VirtualClock(this);
    }

    /// <summary>The world this host is in.</summary>
    public SimulatedWorld World { get; }

    /// <summary>The host's address.</summary>
    public IPAddress Address { get; }

    /// <summary>The part of a split network that the host is in; datagrams pass between hosts of one number only.</summary>
    public int Segment { get; set; }

    /// <summary>The NAT it is behind, or null where it has a public address.</summary>
    public SimulatedNat? Network { get; }

    /// <summary>Sockets that are open.</summary>
    public int OpenSockets => _sockets.Count;

    /// <inheritdoc/>
    public override LoopTimeProvider Time { get; }

    /// <inheritdoc/>
    public override IRandomSource Random { get; }

    /// <inheritdoc/>
    public override bool IsCurrent => World.IsRunningHere;

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext => World.SynchronizationContext;

    /// <inheritdoc/>
    public override void Post(Action<object?> work, object? state) => World.Post(work, state);

    /// <inheritdoc/>
    public override void AtTurnEnd(ITurnEndItem item) => World.AtTurnEnd(item);

    /// <inheritdoc/>
    public override Task<T> OffloadAsync<T>(Func<T> work) => Task.FromResult(work());

    /// <inheritdoc/>
    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        VerifyAccess();
        var port = options.Port != 0 ? options.Port : NextPort();
        var socket = new SimulatedSocket(this, options.Host, port, handler);
        World.Bind(socket);
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>
    /// Takes the host off the network at once, as a killed process: nothing is said to anybody. Another host may then take
    /// its address. Its timers go on: whoever owned them takes down what they belong to.
    /// </summary>
    public void Crash()
    {
        World.Remove(this);
        foreach (var socket in _sockets.ToArray())
            socket.Dispose();
    }

    /// <summary>
    /// Moves the host's time of day, but not the clock of its timers: what a program sees whose machine has slept.
    /// </summary>
    public void JumpWallClock(TimeSpan by) => _wallClockLead += by;

    private ushort NextPort()
    {
        // A long run goes round, past ports that are still in use.
        do _nextPort = _nextPort == ushort.MaxValue ? FirstEphemeralPort : (ushort)(_nextPort + 1);
        while (World.IsBound(this, _nextPort));
        return _nextPort;
    }

    internal void Forget(SimulatedSocket socket) => _sockets.Remove(socket);

    /// <summary>When a packet of this size has left the uplink, or null when its queue is full.</summary>
    internal long? EnterUplink(int bytes, LinkConditions link)
    {
        if (link.BytesPerSecond <= 0)
            return World.Now;
        var start = Math.Max(World.Now, _uplinkFree);
        var queuedBytes = (start - World.Now) * link.BytesPerSecond / SimulatedWorld.TicksPerSecond;
        if (queuedBytes + bytes > link.QueueBytes)
            return null;
        _uplinkFree = start + (bytes * SimulatedWorld.TicksPerSecond / link.BytesPerSecond);
        return _uplinkFree;
    }

    private sealed class VirtualClock(SimulatedHost host) : LoopTimeProvider(host, host.World.Timers)
    {
        private static readonly DateTimeOffset _epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => SimulatedWorld.TicksPerSecond;

        public override long GetTimestamp() => host.World.Now;

        public override DateTimeOffset GetUtcNow() => _epoch + host.World.Elapsed + host._wallClockLead;
    }
}
