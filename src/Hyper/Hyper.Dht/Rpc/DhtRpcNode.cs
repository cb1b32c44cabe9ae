using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>
/// A node of a Kademlia DHT, wire compatible with dht-rpc 6.
/// </summary>
/// <remarks>
/// Belongs to one <see cref="EventLoop"/>; every member is called on it and every event is raised on it. The node owns
/// two sockets (<see cref="ServerSocket"/>, <see cref="ClientSocket"/>), the routing table and all requests and queries.
/// It begins firewalled and ephemeral: requests leave from the client socket and carry no id. Others tell it its public
/// address; once a few of them have reached its server socket uninvited it is open, requests leave from there, and once
/// it is persistent too it sends its id, the hash of that address, and so gets into the tables of others.
/// States: <see cref="DhtNodeState"/>; Ready and Isolated may alternate, Suspended returns to Bootstrapping.
/// Time is counted in ticks of <see cref="DhtRpcOptions.TickInterval"/>. Commands that are not its own go to the
/// <see cref="IDhtCommandHandler"/>.
/// </remarks>
public sealed partial class DhtRpcNode : IRpcDatagramHandler
{
    private readonly DhtRpcOptions _options;
    private readonly IDhtCommandHandler? _commands;
    private readonly RpcEndpoint _endpoint;
    private readonly NodeList _nodes = new();
    private readonly HashSet<DhtQuery> _queries = [];
    private RoutingTable _table;
    private IReadOnlyList<UdpAddress> _bootstrap;

    /// <summary>Makes a node; <see cref="Start"/> lets it begin.</summary>
    /// <param name="loop">The loop that owns it.</param>
    /// <param name="options">Its behaviour; see <see cref="DhtRpcOptions"/>.</param>
    /// <param name="commands">Serves application commands; without it all are answered as unknown.</param>
    public DhtRpcNode(EventLoop loop, DhtRpcOptions options, IDhtCommandHandler? commands = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(options);
        loop.VerifyAccess();
        DhtRpcOptions.Validate(options);
        Loop = loop;
        _options = options;
        _logger = options.Logger;
        _commands = commands;
        _bootstrap = options.Bootstrap;
        _isAdaptive = options.Ephemeral is null;
        var id = default(Bytes32);
        loop.Random.Fill(id.MutableSpan);
        _table = new RoutingTable(id);
        _endpoint = new RpcEndpoint(loop, options, _table, new EndpointHandler(this));
        _tickTimer = loop.Time.CreateTimer(static state => ((DhtRpcNode)state!).OnTick(), this);
        _bootstrapDeadline = loop.Time.CreateTimer(static state => ((DhtRpcNode)state!).OnBootstrapDeadline(), this);
        // Nodes started together must not do their upkeep together.
        _tick = RandomOffset(100);
        _refreshTicks = RandomOffset(RefreshTicks);
        _stableTicks = TicksOf(options.PersistentAfter);
        if (options.PublicAddress is { } address)
            _nat.Add(address, address, _tick);
        for (var i = options.Nodes.Count - 1; i >= 0; i--)
            AddNode(options.Nodes[i]);
    }

    /// <summary>The node found its public address, or lost it, or it changed.</summary>
    public event Action? NatChanged;

    /// <summary>The node became persistent: others keep it in their tables.</summary>
    public event Action? BecamePersistent;

    /// <summary>The node is no longer persistent.</summary>
    public event Action? BecameEphemeral;

    /// <summary><see cref="Health"/> has changed.</summary>
    public event Action? HealthChanged;

    /// <summary>The machine seems to have slept; everything known may be out of date.</summary>
    public event Action? WokeUp;

    /// <summary>The loop that owns the node.</summary>
    public EventLoop Loop { get; }

    /// <summary>Where the node is in its life.</summary>
    public DhtNodeState State
    {
        get;
        private set
        {
            field = value;
            if (value == DhtNodeState.Ready)
                _reached.TrySetResult();
        }
    }

    /// <summary>Running totals.</summary>
    public DhtStatistics Statistics => _endpoint.Statistics;

    /// <summary>The node's id, or null while it is ephemeral.</summary>
    public Bytes32? Id => _endpoint.IsEphemeral ? null : _table.Id;

    /// <summary>Whether the node keeps its id to itself.</summary>
    public bool IsEphemeral => _endpoint.IsEphemeral;

    /// <summary>Whether strangers cannot reach the server socket, as far as is known.</summary>
    public bool IsFirewalled => _endpoint.IsFirewalled;

    /// <summary>What the outcome of our requests says about the network.</summary>
    public DhtHealth Health => _health.State;

    /// <summary>Number of nodes in the table.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>The socket with the known port; null while not bound.</summary>
    public IRpcSocket? ServerSocket => _endpoint.ServerSocket;

    /// <summary>The socket that requests leave from while firewalled; null while not bound.</summary>
    public IRpcSocket? ClientSocket => _endpoint.ClientSocket;

    /// <summary>The socket that requests leave from now; null while not bound.</summary>
    public IRpcSocket? PresentSocket => _endpoint.PresentSocket;

    /// <summary>
    /// Our address as others see it: null while unknown, port 0 when each destination sees another port. It stands on the
    /// word of at least four hosts, or of all there are where they are fewer, each of which was asked.
    /// </summary>
    public UdpAddress? NatAddress => _nat.HasHost && IsAddressCertain ? _nat.Address : null;

    /// <summary>The address at which anybody can reach the server socket, or null when there is none as far as is known.</summary>
    public UdpAddress? RemoteAddress =>
        !IsFirewalled
        && ServerSocket is { } socket
        && IsAddressCertain
        && _nat.HasFixedPort
        && _nat.Address.Port == socket.LocalAddress.Port
            ? _nat.Address
            : null;

    /// <summary>The bootstrap nodes. Setting them does not ask them; the next refresh does.</summary>
    public IReadOnlyList<UdpAddress> Bootstrap
    {
        get => _bootstrap;
        set => _bootstrap = value ?? throw new ArgumentNullException(nameof(value));
    }

    internal DhtRpcOptions Options => _options;

    /// <summary>Whether enough hosts have told our address, or nobody else is there to ask.</summary>
    private bool IsAddressCertain =>
        _nat.Count >= AddressVotes.Enough
        || _options.PublicAddress.HasValue
        || (State is DhtNodeState.Ready or DhtNodeState.Isolated && !_isAskingForVotes);

    internal RpcEndpoint Endpoint => _endpoint;

    internal RoutingTable Table => _table;

    /// <inheritdoc cref="RpcEndpoint.HasProvenItself"/>
    internal bool HasProvenItself(in UdpAddress address) => _endpoint.HasProvenItself(address);

    /// <summary>Opens the sockets and begins to bootstrap.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public void Start()
    {
        Loop.VerifyAccess();
        if (State != DhtNodeState.Created)
            throw new InvalidOperationException("The node was started before.");
        _endpoint.Bind(this);
        AssumeLoopbackAddress();
        BeginBootstrap();
    }

    /// <summary>Closes the sockets and fails everything under way. Nothing is said to other nodes.</summary>
    public void Close()
    {
        Loop.VerifyAccess();
        if (State == DhtNodeState.Closed)
            return;
        State = DhtNodeState.Closed;
        Stop(DhtRequestStatus.Cancelled);
        _tickTimer.Dispose();
        _bootstrapDeadline.Dispose();
        _bootstrapped.TrySetResult(State);
    }

    /// <summary>Closes the sockets until <see cref="Resume"/>; everything under way fails as suspended.</summary>
    public void Suspend()
    {
        Loop.VerifyAccess();
        if (State is DhtNodeState.Created or DhtNodeState.Suspended or DhtNodeState.Closed)
            return;
        State = DhtNodeState.Suspended;
        Stop(DhtRequestStatus.Suspended);
        _bootstrapped.TrySetResult(State);
    }

    /// <summary>
    /// Opens the sockets again, on the same ports if they are free, and looks for the network and its own address afresh.
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public void Resume()
    {
        Loop.VerifyAccess();
        if (State != DhtNodeState.Suspended)
            return;
        _endpoint.Bind(this);
        if (_health.Reset(Statistics.Responses, Statistics.Timeouts))
            OnHealthChanged();
        OnWakeUp();
        ForgetNetwork();
        AssumeLoopbackAddress();
        BeginBootstrap();
    }

    /// <inheritdoc/>
    public void HandleDatagram(IRpcSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
        _endpoint.HandleDatagram(socket, datagram, from);

    private void Stop(DhtRequestStatus status)
    {
        _tickTimer.Disarm();
        _bootstrapDeadline.Disarm();
        ClearDelayedPings();
        foreach (var query in _queries.ToArray())
            query.Cancel();
        _endpoint.Close(status);
    }

    /// <summary>Lets background work run; what it throws, which can only come from a handler of the user, is logged.</summary>
    private async Task ObserveAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogBackgroundFailure(error);
        }
    }

    private int RandomOffset(int ticks) => ticks - Loop.Random.Next((ticks / 2) + 1);

    private int TicksOf(TimeSpan span) => (int)Math.Min(int.MaxValue, span / _options.TickInterval);

    /// <summary>Keeps the endpoint's calls out of the public surface.</summary>
    private sealed class EndpointHandler(DhtRpcNode node) : IRpcEndpointHandler
    {
        public void OnRequest(
            in DhtRequestMessage request,
            in Bytes32? fromId,
            in DhtResponder responder,
            bool isExpectedSocket
        ) => node.OnRequest(request, fromId, responder, isExpectedSocket);

        public void OnReply(in DhtReplyMessage reply, in UdpAddress from, in Bytes32? fromId, bool isExpectedSocket) =>
            node.Learn(from, fromId, reply.To, isExpectedSocket, isReply: true);

        public void OnTimedOut(PendingRequest request)
        {
            if (request.ToId is { } id && node._table.Get(id) is { } known)
                node.RemoveNode(known);
        }
    }
}
