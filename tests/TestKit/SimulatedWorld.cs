using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Hyper.Loop;

namespace TestKit;

/// <summary>
/// A network of hosts in one process on one virtual clock. All hosts run on the thread that calls
/// <see cref="Run(Func{Task}, TimeSpan?)"/>, one event at a time, in an order that the seed fixes: a failing run is
/// replayed by its seed. Time passes only when nothing is left to do at the present instant.
/// </summary>
/// <remarks>
/// What a run did is told by its <see cref="Trace"/>. Work that a thread outside brings (<see cref="OutsideWork"/>) is not fixed by
/// the seed; a test that wants an exact replay runs with <see cref="IsSealed"/>. Nothing here reads a real clock but the
/// wait for such work, and no choice depends on a hash code.
/// </remarks>
public sealed class SimulatedWorld
{
    /// <summary>Ticks of virtual time a second: 100 ns each, as <see cref="TimeSpan"/>'s.</summary>
    public const long TicksPerSecond = TimeSpan.TicksPerSecond;

    private const int BufferBytes = 2048;

    private static readonly TimeSpan _offWorldPatience = TimeSpan.FromSeconds(30);

    private readonly PriorityQueue<Delivery, (long Due, long Sequence)> _deliveries = new();
    private readonly Queue<(Action<object?> Work, object? State)> _ready = new();
    private readonly Dictionary<(SimulatedNat? Network, UdpAddress Address), SimulatedSocket> _sockets = [];
    private readonly Dictionary<(SimulatedNat? Network, IPAddress Address), SimulatedHost> _hosts = [];
    private readonly Dictionary<IPAddress, SimulatedNat> _nats = [];
    private readonly Stack<byte[]> _buffers = new();
    private readonly object _postLock = new();
    private readonly SimulatedHost _nobody;
    private readonly SeededRandomSource _linkRandom;
    private List<ITurnEndItem> _turnEnd = [];
    private List<ITurnEndItem> _turnEndRunning = [];
    private Thread? _runner;
    private long _sequence;
    private string? _firstOutside;

    /// <summary>Makes an empty world. Tests print <paramref name="seed"/> when they choose it at random.</summary>
    public SimulatedWorld(int seed)
    {
        Seed = seed;
        _linkRandom = new SeededRandomSource(seed);
        SynchronizationContext = new WorldContext(this);
        _nobody = new SimulatedHost(this, IPAddress.None, null, _linkRandom);
    }

    /// <summary>What the run can be replayed with.</summary>
    public int Seed { get; }

    /// <summary>What happens to datagrams between hosts; may change while running.</summary>
    public LinkConditions Conditions { get; set; } = LinkConditions.Clean;

    /// <summary>Decides per datagram (from, to, bytes) whether it is dropped, on top of <see cref="Conditions"/>.</summary>
    public Func<UdpAddress, UdpAddress, ReadOnlyMemory<byte>, bool>? Drop { get; set; }

    /// <summary>Sees every datagram that is delivered: (time, from, to, bytes).</summary>
    public Action<TimeSpan, UdpAddress, UdpAddress, ReadOnlyMemory<byte>>? Delivered { get; set; }

    /// <summary>Takes down every datagram that is sent, when set.</summary>
    public WorldTrace? Trace { get; set; }

    /// <summary>
    /// Whether <see cref="Run(Func{Task}, TimeSpan?)"/> fails when a thread outside brought work meanwhile. Off by default: tests of
    /// real threads need them.
    /// </summary>
    public bool IsSealed { get; set; }

    /// <summary>Pieces of work that threads outside have brought while the world ran.</summary>
    public int OutsideWork { get; private set; }

    /// <summary>Virtual time since the world began.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Now);

    /// <summary>Timers that wait to fire, of all hosts: none once everything was taken down.</summary>
    public int ArmedTimers => Timers.Count;

    /// <summary>Sockets that are open, of all hosts.</summary>
    public int OpenSockets => _sockets.Count;

    /// <summary>The context on which test bodies run.</summary>
    public SynchronizationContext SynchronizationContext { get; }

    internal long Now { get; private set; }

    internal TimerQueue Timers { get; } = new();

    internal bool IsRunningHere => Thread.CurrentThread == _runner;

    /// <summary>Adds a host with one IPv4 address.</summary>
    public SimulatedHost CreateHost(string address) => CreateHost(IPAddress.Parse(address), null);

    /// <summary>Adds a NAT with one outside address. Hosts behind it are made by <see cref="SimulatedNat.CreateHost"/>.</summary>
    public SimulatedNat CreateNat(string address, NatBehaviour behaviour)
    {
        var ip = IPAddress.Parse(address);
        var nat = new SimulatedNat(this, ip, behaviour, new SeededRandomSource(_linkRandom.Next(int.MaxValue)));
        _nats.Add(ip, nat);
        return nat;
    }

    internal SimulatedHost CreateHost(IPAddress address, SimulatedNat? network)
    {
        var host = new SimulatedHost(this, address, network, new SeededRandomSource(_linkRandom.Next(int.MaxValue)));
        _hosts.Add((network, address), host);
        return host;
    }

    /// <summary>
    /// Runs <paramref name="body"/> in the world until it completes.
    /// </summary>
    /// <param name="body">The test; its awaits continue in the world.</param>
    /// <param name="deadline">Most virtual time it may take; ten minutes by default.</param>
    /// <exception cref="TimeoutException">The virtual deadline passed, or nothing was left that could ever happen.</exception>
    public void Run(Func<Task> body, TimeSpan? deadline = null)
    {
        var limit = Now + (deadline ?? TimeSpan.FromMinutes(10)).Ticks;
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(SynchronizationContext);
        _runner = Thread.CurrentThread;
        try
        {
            var task = body();
            Pump(() => task.IsCompleted, limit);
            ThrowIfFailed(task);
            ThrowIfBreached();
        }
        finally
        {
            _runner = null;
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Lets <paramref name="span"/> of virtual time pass. Called inside <see cref="Run(Func{Task}, TimeSpan?)"/>.</summary>
    public Task Delay(TimeSpan span) => Task.Delay(span, _nobody.Time);

    internal void Post(Action<object?> work, object? state)
    {
        lock (_postLock)
        {
            if (_runner is not null && !IsRunningHere)
            {
                OutsideWork++;
                _firstOutside ??= $"{(state as Delegate)?.Target?.GetType()}\n{Environment.StackTrace}";
            }
            _ready.Enqueue((work, state));
            Monitor.Pulse(_postLock);
        }
    }

    internal void Remove(SimulatedHost host)
    {
        if (_hosts.GetValueOrDefault((host.Network, host.Address)) == host)
            _hosts.Remove((host.Network, host.Address));
    }

    internal void AtTurnEnd(ITurnEndItem item) => _turnEnd.Add(item);

    internal void Bind(SimulatedSocket socket)
    {
        if (!_sockets.TryAdd((socket.Host.Network, socket.HostAddress), socket))
            throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    internal bool IsBound(SimulatedHost host, ushort port) =>
        _sockets.ContainsKey((host.Network, new UdpAddress(host.Address, port)));

    internal void Unbind(SimulatedSocket socket) => _sockets.Remove((socket.Host.Network, socket.HostAddress));

    internal void Transmit(
        SimulatedSocket from,
        ReadOnlySpan<byte> datagram,
        UdpAddress to,
        byte timeToLive,
        bool mayFragment
    )
    {
        var network = from.Host.Network;
        var isOwnHost = (to.IsIPv4 && to.IPv4Host >> 24 == 127) || to.HasSameHost(from.HostAddress);
        var source = from.HostAddress;
        if (isOwnHost)
        {
            if (!to.HasSameHost(from.HostAddress))
                source = new UdpAddress(0x7F00_0001, from.HostAddress.Port);
            Schedule(datagram, from.Host, source, from.HostAddress.WithPort(to.Port), network, Now);
            return;
        }
        var isInside = network is not null && _hosts.ContainsKey((network, to.ToIPAddress()));
        if (network is not null && !isInside)
            source = network.TranslateOut(source, to);

        Trace?.Add(Now, source, to, datagram);
        var toNetwork = isInside ? network : null;
        var link = Conditions;
        var isTooLong = datagram.Length + 28 > link.Mtu;
        if ((isTooLong && !(mayFragment && link.PassesFragments)) || Chance(link.Loss))
            return;
        // It has opened our own NAT by now, which is what a short life is for.
        if (!isInside && timeToLive != 0 && timeToLive <= link.Hops)
            return;
        if (Drop is { } drop && drop(source, to, datagram.ToArray()))
            return;
        if (from.Host.EnterUplink(datagram.Length + 28, link) is not { } departure)
            return;
        var copies = Chance(link.Duplicate) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            var due = Math.Max(departure + link.Delay.Ticks, link.HeldUntil.Ticks);
            if (link.Jitter > TimeSpan.Zero)
                due += (long)(_linkRandom.NextDouble() * link.Jitter.Ticks);
            if (Chance(link.Reorder))
                due += link.ReorderDelay.Ticks;
            Schedule(datagram, from.Host, source, to, toNetwork, due);
        }
    }

    private void Schedule(
        ReadOnlySpan<byte> datagram,
        SimulatedHost sender,
        UdpAddress from,
        UdpAddress to,
        SimulatedNat? network,
        long due
    )
    {
        var buffer = RentBuffer(datagram.Length);
        datagram.CopyTo(buffer);
        _deliveries.Enqueue(
            new Delivery(buffer, datagram.Length, sender.Segment, from, to, network),
            (due, _sequence++)
        );
    }

    // Not the shared array pool: what that keeps depends on threads and cores, and tests count allocations.
    private byte[] RentBuffer(int bytes)
    {
        if (bytes > BufferBytes)
            return new byte[bytes];
        return _buffers.TryPop(out var buffer) ? buffer : new byte[BufferBytes];
    }

    private static void ThrowIfFailed(Task completed)
    {
        if (completed.Exception?.InnerException is { } error)
            ExceptionDispatchInfo.Throw(error);
        if (completed.IsCanceled)
            throw new TaskCanceledException(completed);
    }

    private void ThrowIfBreached()
    {
        if (IsSealed && OutsideWork > 0)
            throw new InvalidOperationException(
                $"Threads outside brought {OutsideWork} pieces of work (seed {Seed}); the first from\n{_firstOutside}"
            );
    }

    private bool Chance(double probability) => probability > 0 && _linkRandom.NextDouble() < probability;

    private void Pump(Func<bool> isDone, long limit)
    {
        while (!isDone())
        {
            if (RunTurn())
                continue;
            var next = Math.Min(Timers.NextDue, NextDelivery);
            if (next == long.MaxValue)
                WaitForOffWorld();
            else if (next > limit)
                throw new TimeoutException($"Virtual deadline of {TimeSpan.FromTicks(limit)} passed (seed {Seed}).");
            else
                Now = Math.Max(Now, next);
        }
    }

    private long NextDelivery => _deliveries.TryPeek(out _, out var priority) ? priority.Due : long.MaxValue;

    /// <summary>Does what is due at this instant; false when there was nothing.</summary>
    private bool RunTurn()
    {
        var worked = false;
        while (TryTakeReady(out var work))
        {
            worked = true;
            work.Work(work.State);
        }
        while (Timers.FireNext(Now))
            worked = true;
        while (NextDelivery <= Now)
        {
            worked = true;
            Deliver(_deliveries.Dequeue());
        }
        while (_turnEnd.Count > 0)
        {
            worked = true;
            (_turnEnd, _turnEndRunning) = (_turnEndRunning, _turnEnd);
            foreach (var item in _turnEndRunning)
                item.OnTurnEnd();
            _turnEndRunning.Clear();
        }
        return worked;
    }

    private bool TryTakeReady(out (Action<object?> Work, object? State) work)
    {
        lock (_postLock)
            return _ready.TryDequeue(out work);
    }

    private void Deliver(Delivery delivery)
    {
        if (FindSocket(delivery) is { } socket && socket.Host.Segment == delivery.Segment)
        {
            var bytes = delivery.Buffer.AsMemory(0, delivery.Length);
            Delivered?.Invoke(Elapsed, delivery.From, delivery.To, bytes);
            socket.Receive(bytes.Span, delivery.From);
        }
        if (delivery.Buffer.Length == BufferBytes)
            _buffers.Push(delivery.Buffer);
    }

    /// <summary>The socket a datagram has come to, through a NAT if its address is one's.</summary>
    private SimulatedSocket? FindSocket(in Delivery delivery)
    {
        var (network, to) = (delivery.Network, delivery.To);
        if (network is null && _nats.Count > 0 && _nats.TryGetValue(to.ToIPAddress(), out var nat))
        {
            // One of its own hosts: those reach each other this way only where the NAT hairpins.
            var isHairpin = delivery.From.HasSameHost(to);
            if ((isHairpin && !nat.Behaviour.Hairpins) || nat.TranslateIn(to.Port, delivery.From) is not { } inside)
                return null;
            (network, to) = (nat, inside);
        }
        return _sockets.GetValueOrDefault((network, to));
    }

    /// <summary>Nothing is scheduled: only a thread outside the world can still bring work.</summary>
    private void WaitForOffWorld()
    {
        var started = Stopwatch.GetTimestamp();
        lock (_postLock)
        {
            while (_ready.Count == 0)
            {
                if (!Monitor.Wait(_postLock, _offWorldPatience - Stopwatch.GetElapsedTime(started)))
                    throw new TimeoutException($"Nothing is left that could ever happen (seed {Seed}, t {Elapsed}).");
            }
        }
    }

    private readonly record struct Delivery(
        byte[] Buffer,
        int Length,
        int Segment,
        UdpAddress From,
        UdpAddress To,
        SimulatedNat? Network
    );

    private sealed class WorldContext(SimulatedWorld world) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => world.Post(s => d(s), state);

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (!world.IsRunningHere)
                throw new NotSupportedException("Send from outside the world would deadlock it.");
            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
