using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>
/// A search through the DHT: asks ever nearer nodes until the nearest have answered.
/// </summary>
/// <remarks>
/// Belongs to the node's loop. It starts with the first of <see cref="FinishedAsync"/> and
/// <see cref="ReadRepliesAsync"/>; to have both, begin to read first. States: Created, Searching, Committing, Finished. It always ends: by itself,
/// by its timeout, by cancellation, or with the node. A node is pending (known, not asked), asked, done or down; those
/// who named a node that is down are told. A request that is not answered at its first try counts as slow: another node
/// is asked beside it, and the end does not wait for it once enough near nodes have answered.
/// An enumeration that falls behind by <see cref="MaxUnread"/> replies halts the search until it catches up.
/// </remarks>
public sealed partial class DhtQuery : IRequestOwner
{
    /// <summary>Replies that may wait for the enumerating side.</summary>
    public const int MaxUnread = 64;

    private const int SlowStartConcurrency = 3;

    private readonly DhtRpcNode _node;
    private readonly DhtRequest _request;
    private readonly bool _isInternal;
    private readonly DhtQueryOptions _options;
    private readonly Bytes32 _target;
    private readonly List<DhtReply> _closest = new(RoutingTable.K + 1);
    private readonly HashSet<PendingRequest> _inflight = [];
    private readonly LoopTimer _deadline;
    private readonly TaskCompletionSource<DhtQueryResult> _finished = new();
    private readonly List<CancellationTokenRegistration> _registrations = [];
    private DhtQueryResult? _result;
    private Phase _phase;
    private bool _seededFromTable;
    private bool _isSlowStart;
    private int _slow;
    private int _successes;
    private int _errors;

    internal DhtQuery(DhtRpcNode node, in DhtRequest request, bool isInternal, DhtQueryOptions options)
    {
        _node = node;
        _request = request with { Value = request.Value?.ToArray() };
        _isInternal = isInternal;
        _options = options;
        _target = request.Target.GetValueOrDefault();
        Concurrency = options.Concurrency ?? node.Options.Concurrency;
        _deadline = node.Loop.Time.CreateTimer(
            static state => ((DhtQuery)state!).Finish(DhtQueryStatus.TimedOut),
            this
        );
    }

    private enum Phase
    {
        Created,
        Searching,
        Committing,
        Finished,
    }

    /// <summary>The key searched for.</summary>
    public Bytes32 Target => _target;

    /// <summary>Whether the query has ended.</summary>
    public bool IsFinished => _phase == Phase.Finished;

    /// <summary>The nearest persistent nodes that have answered so far, nearest first.</summary>
    public IReadOnlyList<DhtReply> ClosestReplies => _closest;

    internal int Concurrency { get; set; }

    internal Action<DhtReply>? OnVisited { get; set; }

    /// <summary>Whether one answer is enough to not wait for nodes that are slow.</summary>
    internal bool IsHasty { get; set; }

    /// <summary>Lets the query run to its end.</summary>
    /// <param name="cancellationToken">Ends it early; the result's status is then <see cref="DhtQueryStatus.Cancelled"/>.</param>
    public Task<DhtQueryResult> FinishedAsync(CancellationToken cancellationToken = default)
    {
        _node.Loop.VerifyAccess();
        Start();
        if (cancellationToken.CanBeCanceled && !IsFinished)
        {
            _registrations.Add(
                cancellationToken.UnsafeRegister(static state => ((DhtQuery)state!).OnCancelled(), this)
            );
        }
        return _finished.Task;
    }

    /// <summary>Ends the query now.</summary>
    public void Cancel()
    {
        _node.Loop.VerifyAccess();
        Finish(DhtQueryStatus.Cancelled);
    }

    private void Start()
    {
        if (_phase != Phase.Created)
            return;
        _phase = Phase.Searching;
        _node.OnQueryStarted(this);
        _deadline.Arm(_options.Timeout ?? _node.Options.QueryTimeout);
        Seed();
        ReadMore();
        // Good seeds are enough by themselves: give them the time to answer before going wide.
        _isSlowStart = !_seededFromTable && _successes + _errors == 0;
    }

    private void Finish(DhtQueryStatus status)
    {
        if (_phase == Phase.Finished)
            return;
        var wasStarted = _phase != Phase.Created;
        _phase = Phase.Finished;
        _deadline.Dispose();
        foreach (var registration in _registrations)
            registration.Unregister();
        _cancelCommits?.Invoke();
        foreach (var request in _inflight)
            _node.Endpoint.Cancel(request);
        _inflight.Clear();
        _seen.Clear();
        _pending.Clear();
        if (wasStarted)
            _node.OnQueryFinished(this);
        _result = new DhtQueryResult(status, _closest, _successes, _errors, _commits);
        WakeReader();
        // In a turn of its own, so that the awaiting code does not run inside the handling of a datagram.
        _node.Loop.Post(
            static state =>
            {
                var query = (DhtQuery)state!;
                query._finished.SetResult(query._result!);
            },
            this
        );
    }

    private void OnCancelled()
    {
        if (_node.Loop.IsCurrent)
            Finish(DhtQueryStatus.Cancelled);
        else
            _node.Loop.Post(static state => ((DhtQuery)state!).Finish(DhtQueryStatus.Cancelled), this);
    }
}
