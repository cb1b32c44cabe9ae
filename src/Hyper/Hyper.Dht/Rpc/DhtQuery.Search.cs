using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtQuery
{
    /// <summary>Most nodes that one query takes notice of: hostile answers must not grow it for ever.</summary>
    private const int MaxSeen = 4096;

    private const int MaxReferrers = 32;
    private const int PatientTries = 2;

    private readonly Dictionary<UdpAddress, SeenNode> _seen = [];

    /// <summary>Nodes to ask in order of distance, the nearest last; bootstrap nodes behind all others.</summary>
    private readonly List<Candidate> _pending = [];

    private enum Contact
    {
        Pending,
        Done,
        Down,
    }

    void IRequestOwner.OnReply(PendingRequest request, in DhtReplyMessage reply, in Bytes32? fromId, IRpcSocket socket)
    {
        Settled(request);
        if (_seen.TryGetValue(request.To, out var seen))
            seen.Contact = Contact.Done;
        if (_phase != Phase.Searching)
            return;
        var answer = RpcCall.ToReply(_node, request, reply, fromId, socket);
        if (answer.Error == DhtErrorCode.None)
        {
            _successes++;
            if (fromId.HasValue)
                InsertClosest(answer);
        }
        else
        {
            _errors++;
        }
        AddCloserNodes(reply.CloserNodes, request.To);
        if (!_seededFromTable && _successes + _errors >= Concurrency)
            _isSlowStart = false;
        if (answer.Error == DhtErrorCode.None)
        {
            OnVisited?.Invoke(answer);
            _options.OnReply?.Invoke(answer);
            Publish(answer);
        }
        ReadMore();
    }

    void IRequestOwner.OnTryTimedOut(PendingRequest request)
    {
        if (request.TimedOutTries == 1)
            _slow++;
        ReadMore();
    }

    void IRequestOwner.OnFailed(PendingRequest request, DhtRequestStatus status)
    {
        if (_phase == Phase.Finished)
            return;
        Settled(request);
        _errors++;
        if (status == DhtRequestStatus.TimedOut && _seen.TryGetValue(request.To, out var seen))
        {
            seen.Contact = Contact.Down;
            foreach (var referrer in seen.Referrers)
                SendDownHint(referrer, request.To);
        }
        ReadMore();
    }

    private void Seed()
    {
        foreach (var address in _options.Nodes ?? [])
            AddPending(address, NodeId.FromAddress(address), referrer: null);
        _seededFromTable = _options.OnlyClosestNodes || _pending.Count < RoutingTable.K;
        if (_options.OnlyClosestNodes || !_seededFromTable)
            return;
        SeedFromTable();
        if (_pending.Count < RoutingTable.K)
            SeedFromBootstrap();
    }

    private void SeedFromTable()
    {
        _seededFromTable = true;
        var closest = new RoutingNode[RoutingTable.K];
        var count = _node.Table.FindClosest(_target, closest);
        for (var i = 0; i < count && _pending.Count < RoutingTable.K; i++)
            AddPending(closest[i].Address, closest[i].Id, referrer: null);
    }

    private void SeedFromBootstrap()
    {
        foreach (var address in _node.Bootstrap)
            AddPending(address, NodeId.FromAddress(address), referrer: null, isFirst: true);
    }

    /// <summary>Takes notice of a node. False when it is not near enough to matter.</summary>
    private bool AddPending(in UdpAddress address, in Bytes32 id, UdpAddress? referrer, bool isFirst = false)
    {
        var isCloser = IsCloser(id);
        if (_seen.TryGetValue(address, out var seen))
        {
            if (referrer is { } named && seen.Contact == Contact.Down)
                SendDownHint(named, address);
            else if (referrer is { } other && seen.Contact == Contact.Pending && seen.Referrers.Count < MaxReferrers)
                seen.Referrers.Add(other);
            return isCloser;
        }
        if (!isCloser || _seen.Count >= MaxSeen || !address.IsIPv4 || address.Port == 0)
            return false;
        seen = new SeenNode();
        if (referrer is { } first)
            seen.Referrers.Add(first);
        _seen.Add(address, seen);
        InsertPending(new Candidate(address, id, isFirst));
        return true;
    }

    private void InsertPending(in Candidate candidate)
    {
        var at = _pending.Count;
        while (at > 0 && !candidate.IsFirst)
        {
            var other = _pending[at - 1];
            if (!other.IsFirst && NodeId.CompareDistance(_target, candidate.Id, other.Id) < 0)
                break;
            at--;
        }
        _pending.Insert(at, candidate);
    }

    private void AddCloserNodes(in Addr6List nodes, in UdpAddress referrer)
    {
        if (_options.OnlyClosestNodes)
            return;
        for (var i = 0; i < nodes.Count && i < RoutingTable.K; i++)
        {
            var address = nodes[i];
            if (!_node.IsUsable(address))
                continue;
            var id = NodeId.FromAddress(address);
            if (id == _node.Table.Id)
                continue;
            // They come nearest first, from JS at least roughly so: after one that does not matter none will.
            if (!AddPending(address, id, referrer))
                break;
        }
    }

    private void ReadMore()
    {
        if (_phase != Phase.Searching || IsReaderBehind)
            return;
        var limit = (_isSlowStart ? SlowStartConcurrency : Concurrency) + _slow;
        while (_inflight.Count < limit && _pending.Count > 0)
        {
            var next = _pending[^1];
            _pending.RemoveAt(_pending.Count - 1);
            if (IsCloser(next.Id) && !Visit(next))
            {
                Finish(DhtQueryStatus.Cancelled);
                return;
            }
        }
        if (_pending.Count > 0)
            return;
        if (_inflight.Count > 0 && !CanEndWithoutTheSlow())
            return;
        // Seeds that have mostly failed were out of date: begin again from the table.
        if (!_seededFromTable && _successes < RoutingTable.K / 4)
        {
            _isSlowStart = false;
            SeedFromTable();
            SeedFromBootstrap();
            if (_pending.Count > 0)
            {
                ReadMore();
                return;
            }
        }
        BeginCommit();
    }

    /// <summary>
    /// Whether everything still in flight may be given up. A node that would belong to the nearest gets a second try
    /// first: one lost datagram is no sign of a dead node.
    /// </summary>
    private bool CanEndWithoutTheSlow()
    {
        if (_slow < _inflight.Count)
            return false;
        if (IsHasty)
            return _successes > 0;
        if (_closest.Count < RoutingTable.K)
            return false;
        foreach (var request in _inflight)
        {
            if (request.TimedOutTries < PatientTries && IsCloser(request.ToId.GetValueOrDefault()))
                return false;
        }
        return true;
    }

    private bool Visit(in Candidate candidate)
    {
        if (_node.Endpoint.Create(candidate.Address, _isInternal, _request.Command, this) is not { } request)
            return false;
        request.ToId = candidate.Id;
        request.Target = _target;
        request.Value = _request.Value;
        request.Attempts = _options.Attempts ?? _node.Options.QueryAttempts;
        _inflight.Add(request);
        _node.Endpoint.Send(request);
        return true;
    }

    private void Settled(PendingRequest request)
    {
        if (_inflight.Remove(request) && request.TimedOutTries > 0)
            _slow--;
    }

    private bool IsCloser(in Bytes32 id) =>
        _closest.Count < RoutingTable.K
        || NodeId.CompareDistance(_target, id, _closest[^1].FromId.GetValueOrDefault()) < 0;

    private void InsertClosest(DhtReply reply)
    {
        var id = reply.FromId.GetValueOrDefault();
        var at = _closest.Count;
        while (at > 0)
        {
            var order = NodeId.CompareDistance(_target, id, _closest[at - 1].FromId.GetValueOrDefault());
            if (order == 0)
                return;
            if (order > 0)
                break;
            at--;
        }
        if (at >= RoutingTable.K)
            return;
        _closest.Insert(at, reply);
        if (_closest.Count > RoutingTable.K)
            _closest.RemoveAt(RoutingTable.K);
    }

    /// <summary>Tells a node that one it named does not answer. Nothing depends on the reply.</summary>
    private void SendDownHint(in UdpAddress referrer, in UdpAddress down)
    {
        if (!_node.TryTakeDownHint())
            return;
        if (
            _node.Endpoint.Create(referrer, isInternal: true, RpcCommand.DownHint, IgnoredOutcome.Instance)
            is not { } hint
        )
            return;
        var value = new byte[Addr6Codec.Size];
        Addr6Codec.Write(value, down);
        hint.Value = value;
        _node.Endpoint.Send(hint);
    }

    /// <summary>A node to ask. <see cref="IsFirst"/> marks bootstrap nodes, which answer more surely than others.</summary>
    private readonly record struct Candidate(UdpAddress Address, Bytes32 Id, bool IsFirst);

    private sealed class SeenNode
    {
        public Contact Contact { get; set; }

        public List<UdpAddress> Referrers { get; } = [];
    }
}
