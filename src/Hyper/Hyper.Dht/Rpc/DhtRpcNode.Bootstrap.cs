using System.Buffers.Binary;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    private const int BackgroundConcurrency = 2;
    private const int QuietInflight = 3;

    private readonly LoopTimer _bootstrapDeadline;
    private TaskCompletionSource<DhtNodeState> _bootstrapped = new();
    private readonly TaskCompletionSource _reached = new();
    private int _activeBackgroundQueries;
    private int _bootstraps;

    /// <summary>
    /// Completes when the node knows its neighbours and has learned what can be learned at once about its own address,
    /// and at the latest after <see cref="DhtRpcOptions.BootstrapTimeout"/>.
    /// </summary>
    /// <returns>
    /// <see cref="DhtNodeState.Ready"/>; <see cref="DhtNodeState.Isolated"/> when no bootstrap node has answered (the node
    /// goes on trying); <see cref="DhtNodeState.Bootstrapping"/> when the time was too short.
    /// </returns>
    public Task<DhtNodeState> FullyBootstrappedAsync(CancellationToken cancellationToken = default) =>
        _bootstrapped.Task.WaitAsync(cancellationToken);

    /// <summary>Completes when the network has been reached for the first time, however long that takes.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken = default) => _reached.Task.WaitAsync(cancellationToken);

    private void BeginBootstrap()
    {
        if (_bootstrapped.Task.IsCompleted)
            _bootstrapped = new();
        State = DhtNodeState.Bootstrapping;
        _isRediscoveryDue = false;
        _lastTickAt = Loop.Time.GetUtcNow();
        _tickTimer.Change(_options.TickInterval, _options.TickInterval);
        _bootstrapDeadline.Arm(_options.BootstrapTimeout);
        // A turn later, so that the caller can look at the sockets and subscribe to events first.
        Loop.Post(
            static state =>
            {
                var node = (DhtRpcNode)state!;
                _ = node.ObserveAsync(node.BootstrapAsync());
            },
            this
        );
    }

    private async Task BootstrapAsync()
    {
        var bootstrap = ++_bootstraps;
        var answers = 0;
        // A second round follows when the first has given the node another id: its neighbours are elsewhere then.
        for (var round = 0; round < 2 && IsGoingOn(); round++)
        {
            var probe = new QuickFirewallProbe(this);
            var query = StartBackgroundQuery(_table.Id, probe.OnReply);
            query.IsHasty = true;
            var result = await query.FinishedAsync();
            answers += result.Successes;
            if (!IsGoingOn() || round == 1)
                break;
            var isForced = _options.Ephemeral == false;
            if (!probe.SawPong && !isForced)
                break;
            if (!await UpdateNetworkStateAsync(onlyFirewall: !isForced))
                break;
        }
        if (!IsGoingOn())
            return;
        if (answers == 0 && _nodes.Count == 0 && _bootstrap.Count > 0)
            EnterIsolated();
        else
            State = DhtNodeState.Ready;
        LogBootstrapped(State, _nodes.Count);
        _bootstrapDeadline.Disarm();
        _bootstrapped.TrySetResult(State);

        // A suspension ends it, and the resumption after that begins another.
        bool IsGoingOn() => State == DhtNodeState.Bootstrapping && bootstrap == _bootstraps;
    }

    /// <summary>Looks who is there on a network that may be another one, and whether it lets strangers through to us.</summary>
    private async Task RediscoverAsync()
    {
        _isRediscoveryDue = false;
        var probe = new QuickFirewallProbe(this);
        var query = StartBackgroundQuery(_table.Id, probe.OnReply);
        await query.FinishedAsync();
        if (probe.SawPong && State is DhtNodeState.Ready or DhtNodeState.Isolated)
            await UpdateNetworkStateAsync(onlyFirewall: true);
    }

    private void OnBootstrapDeadline() => _bootstrapped.TrySetResult(State);

    /// <summary>A search that gives way to other traffic.</summary>
    private DhtQuery StartBackgroundQuery(in Bytes32 target, Action<DhtReply>? onReply)
    {
        _refreshTicks = RefreshTicks;
        var query = FindNode(
            target,
            new DhtQueryOptions { Concurrency = BackgroundConcurrency, Attempts = _options.RequestAttempts }
        );
        query.OnVisited = reply =>
        {
            onReply?.Invoke(reply);
            query.Concurrency = _endpoint.InflightCount < QuietInflight ? _options.Concurrency : BackgroundConcurrency;
        };
        _activeBackgroundQueries++;
        _ = ObserveAsync(CountBackgroundQueryAsync(query));
        return query;
    }

    private async Task CountBackgroundQueryAsync(DhtQuery query)
    {
        await query.FinishedAsync();
        _activeBackgroundQueries--;
    }

    /// <summary>
    /// Asks the first node that answers to reply to the server socket. If it can, the full check of the firewall is made
    /// at once and not only after the node has been stable for a while.
    /// </summary>
    private sealed class QuickFirewallProbe(DhtRpcNode node)
    {
        private bool _asked =
            !node.IsFirewalled || node._options.Firewalled == true || node._options.Ephemeral == false;

        public bool SawPong { get; private set; }

        public void OnReply(DhtReply reply)
        {
            if (_asked)
                return;
            _asked = true;
            _ = node.ObserveAsync(AskAsync(reply.From));
        }

        private async Task AskAsync(UdpAddress to)
        {
            var result = await node.PingNatAsync(to, options: null);
            SawPong = result.HasReply;
        }
    }

    /// <summary>Asks a node to answer to our server socket.</summary>
    private Task<DhtRequestResult> PingNatAsync(in UdpAddress to, DhtRequestOptions? options)
    {
        if (ServerSocket is not { } server)
            return Task.FromResult(new DhtRequestResult(_endpoint.RefusalStatus, null));
        var value = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(value, server.LocalAddress.Port);
        return CallAsync(
            new DhtRequest(RpcCommand.PingNat) { Value = value },
            isInternal: true,
            to,
            options,
            CancellationToken.None
        );
    }
}
