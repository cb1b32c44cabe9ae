using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Announcing;

/// <summary>
/// Keeps one server known to the DHT: announces its key at the three nearest nodes, which become its relays, and again
/// every few minutes. In between it pings them, and announces afresh at once when relays are lost or when one sees us at
/// another address than before, since handshakes would go to the old one. Relays of the last three cycles still count as
/// ours: a client may have learned of them. Belongs to one <see cref="DhtServer"/>.
/// Source of the cycle: hyperdht 6.27.0, lib/announcer.js.
/// </summary>
internal sealed partial class Announcer : IDisposable
{
    /// <summary>Relays of a server.</summary>
    public const int MaxRelays = 3;

    private const int PingRounds = 100;
    private const int Generations = 3;

    private static readonly TimeSpan _pingInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _retryInterval = TimeSpan.FromSeconds(10);

    private readonly HyperDht _dht;
    private readonly KeyPair _keyPair;
    private readonly DhtPeer _peer;
    private readonly Sleeper _sleeper;
    private readonly List<UdpAddress[]> _generations = [];
    private CancellationTokenSource _stopping = new();
    private CancellationToken _stop;
    private IReadOnlyList<UdpAddress>? _closestNodes;
    private Task _running = Task.CompletedTask;
    private UdpAddress[] _knownAddresses = [];
    private bool _isRefreshDue;
    private bool _isDisposed;

    public Announcer(HyperDht dht, KeyPair keyPair)
    {
        _dht = dht;
        _keyPair = keyPair;
        _peer = new DhtPeer(keyPair.PublicKey, ReadOnlyMemory<UdpAddress>.Empty);
        _sleeper = new Sleeper(dht.Loop);
        _stop = _stopping.Token;
        Target = HyperDht.GetTarget(keyPair.PublicKey);
        Record = PeerRecordCodec.Encode(_peer);
    }

    public Bytes32 Target { get; }

    /// <summary>What is announced: our key without addresses, since the relays are those who store it.</summary>
    public byte[] Record { get; }

    /// <summary>The relays, and our address as each sees it.</summary>
    public RelayInfo[] Relays { get; private set; } = [];

    /// <summary>Where to ask for us: our own address if strangers can reach it, then relays; three at most.</summary>
    public UdpAddress[] RelayAddresses { get; private set; } = [];

    /// <summary>Called when the addresses have changed after the first cycle; not while there are none.</summary>
    public Action? OnRelayAddressesChanged { get; set; }

    /// <summary>Completed cycles.</summary>
    public int Cycles { get; private set; }

    private bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>Makes the first cycle, and begins the ones after it; on a suspended node <see cref="Resume"/> does.</summary>
    public async Task StartAsync()
    {
        if (_dht.IsSuspended)
        {
            Interrupt();
            return;
        }
        var first = UpdateAsync();
        _running = first;
        await first;
        if (!IsStopping)
            _running = RunAsync();
    }

    /// <summary>
    /// Pauses until <see cref="Resume"/>: tells the relays to forget us as long as <paramref name="patience"/> lasts, and
    /// does nothing more.
    /// </summary>
    public async Task SuspendAsync(TimeSpan patience)
    {
        Interrupt();
        await LeaveRelaysAsync(patience);
        Relays = [];
        RelayAddresses = [];
    }

    /// <summary>Announces afresh after <see cref="SuspendAsync"/>, beginning with the nodes that were nearest before.</summary>
    public void Resume()
    {
        if (!IsStopping || _isDisposed)
            return;
        _stopping.Dispose();
        _stopping = new CancellationTokenSource();
        _stop = _stopping.Token;
        _running = UpdateAndRunAsync();
    }

    /// <summary>Announces afresh within seconds: the network has changed.</summary>
    public void Refresh() => _isRefreshDue = true;

    /// <summary>Whether the address is, or lately was, one of our relays.</summary>
    public bool IsRelay(in UdpAddress address)
    {
        foreach (var generation in _generations)
        {
            if (generation.AsSpan().Contains(address))
                return true;
        }
        return false;
    }

    /// <summary>Stops, and tells the relays to forget us as long as <paramref name="patience"/> lasts.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Interrupt();
        await LeaveRelaysAsync(patience);
        Dispose();
    }

    /// <summary>Stops without a word.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        Interrupt();
        _isDisposed = true;
        _sleeper.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Cancels here and now: what waits for the token must not be told from another thread.</summary>
    private void Interrupt()
    {
        _stopping.Cancel();
        _sleeper.Wake();
    }

    private async Task LeaveRelaysAsync(TimeSpan patience)
    {
        await _running;
        using var deadline = new CancellationTokenSource(patience, _dht.Loop.Time);
        await UnannounceAsync([.. Relays.Select(relay => relay.RelayAddress)], deadline.Token);
    }

    private async Task UpdateAndRunAsync()
    {
        await UpdateAsync();
        await RunAsync();
    }

    private async Task RunAsync()
    {
        while (!IsStopping)
        {
            await WatchRelaysAsync();
            if (IsStopping)
                return;
            await UpdateAsync();
        }
    }

    /// <summary>Returns when it is time to announce again.</summary>
    private async Task WatchRelaysAsync()
    {
        for (var round = 0; round < PingRounds; round++)
        {
            await _sleeper.PauseAsync(Relays.Length == 0 ? _retryInterval : _pingInterval);
            // Without a network there is nobody to announce to, and losing all relays again and again means nothing.
            if (IsStopping || _isRefreshDue || Relays.Length == 0)
                return;
            if (_dht.Rpc.Health == DhtHealth.Offline)
            {
                round = -1;
                continue;
            }
            if (!await AreRelaysGoodAsync())
                return;
        }
    }

    private async Task<bool> AreRelaysGoodAsync()
    {
        var relays = Relays;
        var pings = new Task<DhtRequestResult>[relays.Length];
        for (var i = 0; i < relays.Length; i++)
            pings[i] = _dht.Rpc.PingAsync(relays[i].RelayAddress, null, _stop);
        var pongs = await Task.WhenAll(pings);
        for (var i = 0; i < pongs.Length; i++)
        {
            if (pongs[i].Reply is not { } pong || pong.To != relays[i].PeerAddress)
                return IsStopping;
        }
        return true;
    }
}
