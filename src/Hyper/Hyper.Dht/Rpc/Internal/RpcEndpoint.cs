using System.Runtime.InteropServices;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Records;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Requests and replies over the two sockets of a node.
/// </summary>
/// <remarks>
/// Owned by one <see cref="DhtRpcNode"/> and used on its loop. The server socket has the known port; while the node is
/// firewalled its requests leave from the client socket, so that only those who were asked can answer through the
/// firewall, and otherwise from the server socket. A request is matched with its reply by transaction id <em>and</em>
/// source address, is in <see cref="_inflight"/> until it settles, and settles exactly once: by its reply, its last
/// timeout, <see cref="Cancel"/> or <see cref="Close"/>. Everything that foreign bytes can grow is bounded.
/// </remarks>
internal sealed partial class RpcEndpoint
{
    /// <summary>Most requests under way at a time.</summary>
    public const int MaxInflight = 16_384;

    private const int MaxPooled = 512;

    /// <summary>Hosts of one generation that have proven their address lately.</summary>
    private const int MaxProvenHosts = 4096;

    /// <summary>
    /// By how many bytes a second replies to a host that has proven nothing may exceed its requests: it may be the victim of
    /// whoever sends them in its name.
    /// </summary>
    private const int ExcessBytesPerSecond = 32_768;

    private const int ExcessBytesBurst = 8 * ExcessBytesPerSecond;

    private static readonly TimeSpan _provenAge = TimeSpan.FromMinutes(10);

    private readonly EventLoop _loop;
    private readonly DhtRpcOptions _options;
    private readonly IRpcEndpointHandler _handler;
    private readonly Dictionary<ushort, PendingRequest> _inflight = [];
    private readonly Stack<PendingRequest> _pool = new();
    private readonly Queue<PendingRequest> _waiting = new();
    private readonly CongestionWindow _congestion;
    private readonly TokenIssuer _tokens;
    private readonly SourceRateLimiter _limiter;
    private readonly SourceRateLimiter _excessBytes;
    private readonly TwoGenerationCache<uint, bool> _proven;
    private readonly LoopTimer _drainTimer;
    private readonly RoutingNode[] _closest = new RoutingNode[RoutingTable.K];
    private readonly long _startedAt;
    private ushort _nextTransactionId;

    public RpcEndpoint(EventLoop loop, DhtRpcOptions options, RoutingTable table, IRpcEndpointHandler handler)
    {
        _loop = loop;
        _options = options;
        _handler = handler;
        _startedAt = loop.Time.GetTimestamp();
        Table = table;
        IsFirewalled = options.Firewalled != false;
        _congestion = new CongestionWindow(options.MaxWindow);
        _tokens = new TokenIssuer(loop.Random, Now);
        _limiter = new SourceRateLimiter(options.RequestsPerSecondPerHost, options.RequestBurstPerHost, loop.Random);
        _excessBytes = new SourceRateLimiter(ExcessBytesPerSecond, ExcessBytesBurst, loop.Random);
        _proven = new TwoGenerationCache<uint, bool>(loop.Time, MaxProvenHosts, _provenAge);
        _drainTimer = loop.Time.CreateTimer(static state => ((RpcEndpoint)state!).DrainWaiting(), this);
        _nextTransactionId = (ushort)loop.Random.Next(ushort.MaxValue + 1);
    }

    public DhtStatistics Statistics { get; } = new();

    /// <summary>Where replies take closer nodes from, and our id.</summary>
    public RoutingTable Table { get; set; }

    public bool IsFirewalled { get; set; }

    /// <summary>Whether our id stays off the wire.</summary>
    public bool IsEphemeral { get; set; } = true;

    public IRpcSocket? ServerSocket { get; private set; }

    public IRpcSocket? ClientSocket { get; private set; }

    /// <summary>The socket that requests leave from now.</summary>
    public IRpcSocket? PresentSocket => IsFirewalled ? ClientSocket : ServerSocket;

    public int InflightCount => _inflight.Count;

    /// <summary>Time since the endpoint was made.</summary>
    public TimeSpan Now => _loop.Time.GetElapsedTime(_startedAt);

    /// <summary>Whether the host has answered us lately, or sent back a token that we had sent there.</summary>
    public bool HasProvenItself(in UdpAddress address) => _proven.TryGet(address.IPv4Host, out _);

    /// <summary>Why <see cref="Create"/> refuses.</summary>
    public DhtRequestStatus RefusalStatus => PresentSocket is null ? _closedAs : DhtRequestStatus.Overloaded;

    /// <summary>
    /// Makes a request; <see cref="Send"/> lets it go. Null when the sockets are closed or too many are under way.
    /// </summary>
    public PendingRequest? Create(in UdpAddress to, bool isInternal, uint command, IRequestOwner owner)
    {
        if (PresentSocket is null)
            return null;
        if (_inflight.Count >= MaxInflight)
        {
            Statistics.Overloads++;
            return null;
        }
        if (!_pool.TryPop(out var request))
            request = new PendingRequest(this, _loop.Time);
        // With at most a quarter of the ids in use a free one is near.
        while (!_inflight.TryAdd(_nextTransactionId, request))
            _nextTransactionId++;
        request.TransactionId = _nextTransactionId++;
        request.To = to;
        request.IsInternal = isInternal;
        request.Command = command;
        request.Owner = owner;
        request.Attempts = _options.RequestAttempts;
        request.Timeout = _options.RequestTimeout;
        request.TimeToLive = 0;
        request.CreatedAt = Now;
        request.IsSettled = false;
        Statistics.Requests++;
        Statistics.ActiveRequests = _inflight.Count;
        return request;
    }

    public void Send(PendingRequest request)
    {
        if (!request.Force && (_waiting.Count > 0 || _congestion.IsFull(Now)))
        {
            request.IsQueued = true;
            _waiting.Enqueue(request);
            ArmDrain();
            return;
        }
        SendNow(request);
    }

    /// <summary>Settles the request as <paramref name="status"/> if it has not settled yet.</summary>
    public void Cancel(PendingRequest request, DhtRequestStatus status = DhtRequestStatus.Cancelled)
    {
        if (request.IsSettled)
            return;
        var owner = request.Owner;
        Settle(request);
        owner.OnFailed(request, status);
        Recycle(request);
    }

    internal void OnTryTimedOut(PendingRequest request)
    {
        if (request.IsSettled)
            return;
        request.TimedOutTries++;
        request.Owner.OnTryTimedOut(request);
        // The owner may have cancelled it just now.
        if (request.IsSettled)
            return;
        if (request.Sent < request.Attempts)
        {
            Statistics.Retries++;
            Send(request);
            return;
        }
        Statistics.Timeouts++;
        _handler.OnTimedOut(request);
        Cancel(request, DhtRequestStatus.TimedOut);
    }

    private void SendNow(PendingRequest request)
    {
        request.Sent++;
        _congestion.OnSent(Now);
        request.Timer.Arm(request.Timeout);
        if ((request.Socket ?? PresentSocket) is not { IsClosed: false } socket)
            return;
        WriteRequest(
            socket,
            new DhtRequestMessage
            {
                TransactionId = request.TransactionId,
                To = request.To,
                Id = IdOn(socket),
                Token = request.Token,
                IsInternal = request.IsInternal,
                Command = request.Command,
                Target = request.Target,
                HasValue = request.Value.HasValue,
                Value = request.Value.GetValueOrDefault().Span,
            },
            request.To,
            request.TimeToLive
        );
    }

    /// <summary>Takes the request out of everything but its pool.</summary>
    private void Settle(PendingRequest request)
    {
        request.IsSettled = true;
        request.Timer.Disarm();
        _inflight.Remove(request.TransactionId);
        Statistics.ActiveRequests = _inflight.Count;
        if (request.Sent > 0)
            _congestion.OnSettled(Now);
        if (_waiting.Count > 0)
            DrainWaiting();
    }

    private void Recycle(PendingRequest request)
    {
        request.Clear();
        // One that still stands in the congestion queue must not be reused before it has left it.
        if (!request.IsQueued && _pool.Count < MaxPooled)
            _pool.Push(request);
    }

    private void DrainWaiting()
    {
        while (_waiting.Count > 0 && !_congestion.IsFull(Now))
        {
            var request = _waiting.Dequeue();
            request.IsQueued = false;
            if (!request.IsSettled)
                SendNow(request);
        }
        ArmDrain();
    }

    private void ArmDrain()
    {
        if (_waiting.Count > 0 && !_drainTimer.IsArmed)
            _drainTimer.Arm(_congestion.NextSlot - Now);
    }

    private Bytes32? IdOn(IRpcSocket socket) => !IsEphemeral && ReferenceEquals(socket, ServerSocket) ? Table.Id : null;

    private static void WriteRequest(IRpcSocket socket, in DhtRequestMessage message, in UdpAddress to, byte timeToLive)
    {
        var room = socket.BeginSend(DhtRequestCodec.GetSize(message));
        socket.CommitSend(DhtRequestCodec.Write(room, message), to, timeToLive);
    }
}
