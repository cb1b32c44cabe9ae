namespace Hyper.Core.Internal;

/// <summary>Who is asked for what.</summary>
internal sealed partial class Replicator
{
    /// <summary>Ranges that one round looks at; JavaScript's number.</summary>
    private const int MaxRanges = 64;

    /// <summary>Blocks that one look at a range passes over because the peer said it has them and then had not.</summary>
    private const int MaxSkips = 64;

    /// <summary>Peers that may owe one block at a time.</summary>
    private const int MaxHolders = 3;

    private PeerRequest? _upgrade;
    private PeerRequest? _manifest;
    private bool _wasDownloading;

    private void Schedule()
    {
        if (_failure is null && !_isReorging && _peers.Count > 0)
        {
            // No peer is always first.
            var first = _peers.Count > 1 ? Loop.Random.Next(_peers.Count) : 0;
            for (var i = 0; i < _peers.Count; i++)
                Fill(_peers[(first + i) % _peers.Count]);
        }
        ArmStallTimer();
        CheckUpdates();
        TellIfIdle();
    }

    private void Fill(ReplicationPeer peer)
    {
        if (!peer.CanBeAsked || _arrivedBytes > MaxArrivedBytes)
            return;
        UpdateReorg(peer);
        var room = peer.Room;
        if (room > 0)
            AskManifest(peer);
        while (room > 0 && (AskSeek(peer) || AskQueued(peer) || AskReorg(peer) || AskUpgrade(peer) || AskRange(peer)))
            room--;
    }

    /// <summary>Who has a manifest for an empty core is asked for it at once; otherwise it comes with the first upgrade.</summary>
    private void AskManifest(ReplicationPeer peer)
    {
        if (
            Core.Verifier is not null
            || _manifest is not null
            || peer.Remote.Length > 0
            || !peer.Remote.Flags.HasFlag(SyncFlags.HasManifest)
        )
            return;
        _manifest = peer.Ask(new ProofRequest { Manifest = true });
    }

    private bool AskQueued(ReplicationPeer peer)
    {
        for (var node = _queue.First; node is not null; )
        {
            var (demand, next) = (node.Value, node.Next);
            if (TryAsk(peer, demand))
            {
                _queue.Remove(node);
                demand.IsQueued = false;
                return true;
            }
            node = next;
        }
        return false;
    }

    private bool AskUpgrade(ReplicationPeer peer)
    {
        var head = Head;
        if (_upgrade is not null || !peer.Remote.CanProveMore(head.Length, head.Fork))
            return false;
        // Whoever follows the core wants the first new block too: that saves a round trip.
        foreach (var range in _ranges)
        {
            var index = Math.Max(range.Start, head.Length);
            if (range.Blocks is null && (range.End is null || index < range.End) && TryAsk(peer, GetOrAddBlock(index)))
                return true;
            ForgetIfUnused(index);
        }
        _upgrade = peer.Ask(WithUpgrade(peer, new ProofRequest()));
        return true;
    }

    private bool AskRange(ReplicationPeer peer)
    {
        if (_ranges.Count == 0 || peer.Remote.Fork != Head.Fork)
            return false;
        var first = _ranges.Count > 1 ? Loop.Random.Next(_ranges.Count) : 0;
        for (var i = 0; i < Math.Min(MaxRanges, _ranges.Count); i++)
        {
            if (AskRange(peer, _ranges[(first + i) % _ranges.Count]))
                return true;
        }
        return false;
    }

    private bool AskRange(ReplicationPeer peer, RangeDemand range)
    {
        if (range.Blocks is not null)
            return AskList(peer, range);
        var end = Math.Min(range.End ?? ulong.MaxValue, peer.ProvableLength);
        if (range.Start >= end)
            return false;
        if (!range.Cursors.TryGetValue(peer, out var cursor) || cursor < range.Start)
            cursor = range.IsLinear || _peers.Count == 1 ? range.Start : RandomBelow(range.Start, end);
        if (TryAskFrom(peer, range, cursor, end) || TryAskFrom(peer, range, range.Start, Math.Min(cursor, end)))
            return true;
        peer.Want(range.Start, end);
        return false;
    }

    private bool TryAskFrom(ReplicationPeer peer, RangeDemand range, ulong from, ulong end)
    {
        for (var skips = 0; skips < MaxSkips && from < end; skips++)
        {
            if (peer.Remote.Blocks.FirstNotIn(_marked!, from, end) is not { } index)
                return false;
            from = index + 1;
            if (!TryAsk(peer, GetOrAddBlock(index)))
            {
                ForgetIfUnused(index);
                continue;
            }
            range.Cursors[peer] = from;
            return true;
        }
        return false;
    }

    private bool AskList(ReplicationPeer peer, RangeDemand range)
    {
        var length = (ulong)range.Blocks!.Length;
        if (!range.Cursors.TryGetValue(peer, out var cursor) || cursor < range.Start || cursor >= length)
            cursor = range.Start;
        for (var looked = range.Start; looked < length; looked++)
        {
            var index = range.Blocks[cursor];
            cursor = cursor + 1 == length ? range.Start : cursor + 1;
            if (_marked!.Get(index) || Core.Bitfield.Get(index))
                continue;
            if (TryAsk(peer, GetOrAddBlock(index)))
            {
                range.Cursors[peer] = cursor;
                return true;
            }
            ForgetIfUnused(index);
        }
        return false;
    }

    /// <summary>Asks a peer for a block if it has it, can prove it, and does not owe it already.</summary>
    private bool TryAsk(ReplicationPeer peer, BlockDemand demand)
    {
        var (index, head) = (demand.Index, Head);
        if (demand.IsArrived || demand.Requests.Count >= MaxHolders || peer.Remote.Fork != head.Fork)
            return false;
        foreach (var request in demand.Requests)
        {
            if (!request.IsLate || request.Peer == peer)
                return false;
        }
        if (!peer.Has(index))
        {
            peer.Want(index, index + 1);
            return false;
        }
        var priority = demand.Waits.Count > 0 ? 1UL : 0;
        if (index >= head.Length)
        {
            if (
                _upgrade is not null
                || index >= peer.Remote.Length
                || !peer.Remote.CanProveMore(head.Length, head.Fork)
            )
                return false;
            var proof = WithUpgrade(peer, new ProofRequest { Block = new BlockRequest(index, 0) });
            _upgrade = Note(peer.Ask(proof, demand, priority: priority));
            return true;
        }
        if (index >= peer.ProvableLength)
            return false;
        if (demand.IsCareful)
        {
            Watch(AskCarefullyAsync(peer, demand, priority));
            return true;
        }
        var block = new BlockRequest(index, CountMissingLevels(peer, index));
        Note(peer.Ask(new ProofRequest { Block = block }, demand, priority: priority));
        return true;
    }

    /// <summary>As for any other block, but after looking up which nodes are stored.</summary>
    private async Task AskCarefullyAsync(ReplicationPeer peer, BlockDemand demand, ulong priority)
    {
        demand.IsArrived = true;
        var length = peer.ProvableLength;
        int levels;
        try
        {
            levels = await Core.Storage.RunAsync(reader =>
                TreeQueries.CountMissingNodes(2 * demand.Index, length, reader)
            );
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            EndByDamage(error);
            return;
        }
        finally
        {
            demand.IsArrived = false;
        }
        if (!_blocks.ContainsKey(demand.Index))
            return;
        if (!peer.CanBeAsked || peer.ProvableLength != length)
        {
            Requeue(demand);
            return;
        }
        var block = new BlockRequest(demand.Index, (ulong)levels);
        Note(peer.Ask(new ProofRequest { Block = block }, demand, isCareful: true, priority: priority));
    }

    private PeerRequest Note(PeerRequest request)
    {
        request.Block!.Requests.Add(request);
        _marked?.SetRange(request.Block.Index, request.Block.Index + 1, true);
        return request;
    }

    private ProofRequest WithUpgrade(ReplicationPeer peer, ProofRequest request) =>
        request with
        {
            Upgrade = new UpgradeRequest(Head.Length, peer.Remote.Length - Head.Length),
            Manifest = Core.Verifier is null && peer.Remote.Flags.HasFlag(SyncFlags.HasManifest),
        };

    /// <summary>
    /// How many levels above a block are neither stored nor on their way from this peer. All nodes beside the way from a
    /// stored block to its root are stored, so the bits tell, and nothing has to be read.
    /// </summary>
    private ulong CountMissingLevels(ReplicationPeer peer, ulong index)
    {
        var end = 2 * Math.Min(Head.Length, peer.ProvableLength);
        var levels = 0UL;
        for (var at = 2 * index; ; levels++)
        {
            at = FlatTree.Parent(at);
            if (FlatTree.RightSpan(at) >= end)
                return levels;
            if (Core.Bitfield.HasSet(FlatTree.LeftSpan(at) / 2, FlatTree.LeafCount(at)) || peer.IsAskedBelow(at))
                return levels;
        }
    }

    private void ForgetIfUnused(ulong index)
    {
        if (
            _blocks.TryGetValue(index, out var demand)
            && demand.Waits.Count == 0
            && demand.Requests.Count == 0
            && !demand.IsArrived
            && !demand.IsQueued
        )
            _blocks.Remove(index);
    }

    private ulong RandomBelow(ulong start, ulong end) => start + (ulong)(Loop.Random.NextDouble() * (end - start));

    /// <summary>Tells peers when the last thing on its way has come and nobody here uses the core.</summary>
    private void TellIfIdle()
    {
        var isDownloading = IsDownloading;
        if (isDownloading == _wasDownloading)
            return;
        _wasDownloading = isDownloading;
        foreach (var peer in _peers.ToArray())
        {
            peer.SyncSoon();
            peer.CloseIfIdle();
        }
    }
}
