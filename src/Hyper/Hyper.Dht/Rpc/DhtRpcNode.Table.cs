using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    // Ages in ticks, as in dht-rpc 6.24.2, index.js; with ticks of 5 s: 1 minute, 30 minutes, 5 minutes.
    private const int RecentTicks = 12;
    private const int OldTicks = 360;
    private const int RefreshTicks = 60;

    private const int MaxRepings = 3;

    private int _repings;
    private int _checks;

    /// <summary>Puts a node into the table unasked, as one known from elsewhere.</summary>
    public void AddNode(in UdpAddress address)
    {
        if (IsUsable(address))
            AddNode(new RoutingNode(NodeId.FromAddress(address), address), sample: null);
    }

    /// <summary>The addresses of up to <paramref name="limit"/> known nodes, those last heard from first.</summary>
    public IReadOnlyList<UdpAddress> GetNodes(int limit = int.MaxValue)
    {
        Loop.VerifyAccess();
        var nodes = new List<UdpAddress>(Math.Min(limit, _nodes.Count));
        for (var node = _nodes.Latest; node is not null && nodes.Count < limit; node = node.Older)
            nodes.Add(node.Address);
        return nodes;
    }

    internal bool IsUsable(in UdpAddress address) =>
        address.IsIPv4
        && address.Port != 0
        && address.IPv4Host != 0
        && (_options.NodeFilter is not { } filter || filter(address));

    internal void RemoveNode(RoutingNode node)
    {
        if (!node.IsListed)
            return;
        _table.Remove(node.Id);
        _nodes.Remove(node);
    }

    /// <summary>
    /// A message came from <paramref name="from"/>, which sees us as <paramref name="to"/>. A reply proves that its sender
    /// owns its address. The sender of a request may be invented: what it says of our address is not heard, but while that
    /// is unknown the sender is asked.
    /// </summary>
    private void Learn(in UdpAddress from, in Bytes32? fromId, in UdpAddress to, bool isExpectedSocket, bool isReply)
    {
        if (!IsUsable(from))
            return;
        // What is seen of the other socket is not the address that our requests come from.
        var mayTell = isReply && isExpectedSocket;
        if (fromId is not { } id)
        {
            if (mayTell)
                SampleStranger(from, to);
            return;
        }
        if (_table.Get(id) is not { } known)
        {
            AddNode(new RoutingNode(id, from), mayTell ? to : null);
            return;
        }
        // Who has voted may change its mind at any time; others vote at first and now and then.
        if (mayTell && (known.Sampled == 0 || _tick - known.Sampled >= OldTicks || _nat.HasVoted(from)))
        {
            known.Sampled = _tick;
            AddNatSample(from, to);
        }
        known.Pinged = known.Seen = _tick;
        _nodes.Touch(known);
    }

    private void AddNode(RoutingNode node, UdpAddress? sample)
    {
        // One that is known already stands in the list too and must not be replaced by its double.
        if (node.Id == _table.Id || _table.Get(node.Id) is not null)
            return;
        node.Added = node.Pinged = node.Seen = _tick;
        if (!_table.TryAdd(node, out var row))
        {
            OnFullRow(node, row);
            return;
        }
        _nodes.Touch(node);
        if (sample is { } to)
        {
            node.Sampled = _tick;
            AddNatSample(node.Address, to);
        }
        else if (!_nat.HasHost && State is DhtNodeState.Ready or DhtNodeState.Isolated)
        {
            AskForVotes(again: false);
        }
        if (State == DhtNodeState.Isolated)
            State = DhtNodeState.Ready;
    }

    /// <summary>Whether the node that was quiet longest still deserves its place in a full row.</summary>
    private void OnFullRow(RoutingNode candidate, List<RoutingNode> row)
    {
        if (_repings >= MaxRepings || State is not (DhtNodeState.Ready or DhtNodeState.Isolated))
            return;
        RoutingNode? quietest = null;
        foreach (var node in row)
        {
            if (node.Pinged == _tick)
                continue;
            if (
                quietest is null
                || node.Pinged < quietest.Pinged
                || (node.Pinged == quietest.Pinged && node.Added < quietest.Added)
            )
            {
                quietest = node;
            }
        }
        if (quietest is null || (_tick - quietest.Pinged < RecentTicks && _tick - quietest.Added > OldTicks))
            return;
        quietest.Pinged = _tick;
        if (SendCheck(quietest, new Swap(this, quietest, candidate)))
            _repings++;
    }

    /// <summary>Pings a node and takes it out of the table if it does not answer.</summary>
    private void Check(RoutingNode node)
    {
        node.Pinged = _tick;
        if (SendCheck(node, new Verification(this, node)))
            _checks++;
    }

    private bool SendCheck(RoutingNode node, IRequestOwner owner)
    {
        if (_endpoint.Create(node.Address, isInternal: true, RpcCommand.Ping, owner) is not { } request)
            return false;
        _endpoint.Send(request);
        return true;
    }

    /// <summary>A ping that decides whether a node stays.</summary>
    private sealed class Verification(DhtRpcNode owner, RoutingNode node) : IRequestOwner
    {
        private readonly long _lastSeen = node.Seen;

        public void OnReply(PendingRequest request, in DhtReplyMessage reply, in Bytes32? fromId, IRpcSocket socket)
        {
            owner._checks--;
            // An answer without the id says that the node at this address is no longer a persistent one.
            if (node.Seen <= _lastSeen && !fromId.HasValue)
                owner.RemoveNode(node);
        }

        public void OnTryTimedOut(PendingRequest request) { }

        public void OnFailed(PendingRequest request, DhtRequestStatus status)
        {
            owner._checks--;
            if (status == DhtRequestStatus.TimedOut)
                owner.RemoveNode(node);
        }
    }

    /// <summary>A ping that decides between an old node and a new one.</summary>
    private sealed class Swap(DhtRpcNode owner, RoutingNode old, RoutingNode candidate) : IRequestOwner
    {
        private readonly long _lastSeen = old.Seen;

        public void OnReply(PendingRequest request, in DhtReplyMessage reply, in Bytes32? fromId, IRpcSocket socket)
        {
            owner._repings--;
            if (old.Seen <= _lastSeen && !fromId.HasValue)
                Replace();
        }

        public void OnTryTimedOut(PendingRequest request) { }

        public void OnFailed(PendingRequest request, DhtRequestStatus status)
        {
            owner._repings--;
            if (status == DhtRequestStatus.TimedOut)
                Replace();
        }

        private void Replace()
        {
            owner.RemoveNode(old);
            owner.AddNode(candidate, sample: null);
        }
    }
}
