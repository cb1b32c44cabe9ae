namespace Hyper.Core.Internal;

/// <summary>Bytes that are looked for: each answer names the node in which one lies more closely.</summary>
internal sealed partial class Replicator
{
    private static readonly Bitfield _nothing = new();

    private readonly List<SeekDemand> _seeks = [];

    /// <summary>Waits until the block of a byte is known.</summary>
    public Task<CorePosition> SeekAsync(
        ulong bytes,
        ulong padding,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
    {
        ThrowIfEnded();
        var seek = new SeekDemand(bytes, padding);
        _seeks.Add(seek);
        Watch(UpdateSeekAsync(seek));
        return AwaitAsync(seek.Outcome, timeout, $"Byte {bytes}", () => Remove(seek), cancellationToken);
    }

    private void Remove(SeekDemand seek)
    {
        _seeks.Remove(seek);
        if (seek.Request is { } request)
            Cancel(request);
        seek.Request = null;
    }

    private void UpdateSeeks()
    {
        foreach (var seek in _seeks.ToArray())
            Watch(UpdateSeekAsync(seek));
    }

    private async Task UpdateSeekAsync(SeekDemand seek)
    {
        seek.IsStale = true;
        if (seek.IsUpdating)
            return;
        seek.IsUpdating = true;
        try
        {
            while (seek.IsStale && !seek.Outcome.Task.IsCompleted)
            {
                seek.IsStale = false;
                var head = Head;
                var known = await Core.Storage.RunAsync(reader => ByteSeek.Run(head, seek.Bytes, seek.Padding, reader));
                seek.Known = known;
                if (known.IsFound && known.Start < head.Length && !seek.IsStale)
                    seek.Outcome.TrySetResult(new CorePosition(known.Start, known.Offset));
            }
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            Core.NoteDamage(error);
            seek.Outcome.TrySetException(error);
        }
        finally
        {
            seek.IsUpdating = false;
        }
        ScheduleSoon();
    }

    private bool AskSeek(ReplicationPeer peer)
    {
        foreach (var seek in _seeks)
        {
            if (seek.Request is null && !seek.IsUpdating && !seek.Outcome.Task.IsCompleted && TryAsk(peer, seek))
                return true;
        }
        return false;
    }

    private bool TryAsk(ReplicationPeer peer, SeekDemand seek)
    {
        var head = Head;
        if (peer.Remote.Fork != head.Fork)
            return false;
        var known = seek.Known;
        var request = peer.AnswersSeeks ? new SeekRequest(seek.Bytes, seek.Padding) : default(SeekRequest?);
        if (known.Start >= head.Length)
        {
            // Beyond our end; at the end of what is there it is found by the upgrade alone.
            if (_upgrade is not null || !peer.Remote.CanProveMore(head.Length, head.Fork))
                return false;
            _upgrade = seek.Request = peer.Ask(WithUpgrade(peer, new ProofRequest { Seek = request }), seek: seek);
            return true;
        }
        var end = Math.Min(known.End, peer.ProvableLength);
        if (known.Start >= end || known.End > peer.ProvableLength)
            return false;
        var from = RandomBelow(known.Start, end);
        var index =
            peer.Remote.Blocks.FirstNotIn(_nothing, from, end)
            ?? peer.Remote.Blocks.FirstNotIn(_nothing, known.Start, from);
        if (index is not { } block)
        {
            peer.Want(known.Start, end);
            return false;
        }
        var levels = (ulong)FlatTree.Depth(known.Start + known.End - 1);
        var proof = new ProofRequest { Hash = new HashRequest(2 * block, levels), Seek = request };
        seek.Request = peer.Ask(proof, seek: seek);
        return true;
    }
}
