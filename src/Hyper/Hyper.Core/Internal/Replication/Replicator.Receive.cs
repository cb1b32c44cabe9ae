using System.Buffers;

namespace Hyper.Core.Internal;

/// <summary>What came back: checked and stored in groups, one at a time, then handed to those who wait.</summary>
internal sealed partial class Replicator
{
    private const int GroupAnswers = 1024;
    private const long GroupBytes = 4 * 1024 * 1024;

    /// <summary>Answers that wait to be stored, in bytes, above which nothing more is asked for.</summary>
    private const long MaxArrivedBytes = 16 * 1024 * 1024;

    /// <summary>Answers to exact requests for one block that led to no stored node: it is the peer, not us.</summary>
    private const int MaxStrikes = 3;

    private readonly List<Arrival> _arrived = [];
    private readonly List<Arrival> _held = [];
    private long _arrivedBytes;
    private bool _isApplying;
    private bool _isHeldDue;

    /// <param name="request">What it answers; out of its peer's table already.</param>
    /// <param name="proof">The answer.</param>
    /// <param name="buffer">A pooled buffer in which its block lies, given back once that is stored; otherwise it is collected.</param>
    public void OnData(PeerRequest request, TreeProof proof, byte[]? buffer)
    {
        if (request.IsReorg)
        {
            OnReorgData(request, proof);
            return;
        }
        if (!IsAnswerTo(request, proof))
        {
            Release(request);
            request.Peer.Drop("An answer is not to what was asked.");
            return;
        }
        if (_failure is not null || proof.Fork != Head.Fork || IsEmpty(proof))
        {
            OnNoData(request);
            return;
        }
        if (request.Block is { } demand)
        {
            if (proof.Block is null)
            {
                OnNoData(request);
                return;
            }
            demand.IsArrived = true;
        }
        _arrived.Add(new Arrival(request, proof, buffer));
        _arrivedBytes += proof.Block?.Value.Length ?? 0;
        ScheduleSoon();
    }

    public void OnNoData(PeerRequest request)
    {
        if (request.Block is not null)
            request.Peer.NoteUnavailable(request);
        Release(request);
    }

    /// <summary>What a request was to bring has to be asked for again.</summary>
    private void Release(PeerRequest request)
    {
        _isHeldDue = true;
        if (_upgrade == request)
            _upgrade = null;
        if (_manifest == request)
            _manifest = null;
        if (request.Seek is { } seek && seek.Request == request)
            seek.Request = null;
        if (request.Peer.Reorg is { } reorg && reorg.Request == request)
        {
            reorg.Request = null;
            reorg.Failures++;
        }
        if (request.Block is { } demand && demand.Requests.Remove(request) && !demand.IsArrived)
            Requeue(demand);
        ScheduleSoon();
    }

    /// <summary>Nobody waits for its answer any more. An upgrade that it was to bring along is asked for again.</summary>
    private void Cancel(PeerRequest request)
    {
        _isHeldDue = true;
        if (_upgrade == request)
            _upgrade = null;
        if (_manifest == request)
            _manifest = null;
        request.Peer.Cancel(request);
        ScheduleSoon();
    }

    private void Requeue(BlockDemand demand)
    {
        if (!_blocks.ContainsKey(demand.Index))
            return;
        if (demand.Requests.Count == 0)
            _marked?.SetRange(demand.Index, demand.Index + 1, Core.Bitfield.Get(demand.Index));
        if (demand.Waits.Count > 0 || demand.IsCareful)
            Enqueue(demand);
        else if (demand.Requests.Count == 0)
            Discard(demand);
    }

    private void ApplyArrived()
    {
        if (_isApplying)
            return;
        // What an answer waits for may have come, or will not.
        if (_isHeldDue)
        {
            _arrived.AddRange(_held);
            _held.Clear();
            _isHeldDue = false;
        }
        if (_failure is not null)
            GiveUpArrived();
        else if (_arrived.Count > 0)
            Watch(ApplyArrivedAsync());
    }

    /// <summary>What nothing can be done with any more must not wait: a turn that finds it would be followed by another.</summary>
    private void GiveUpArrived()
    {
        Arrival[] given = [.. _arrived, .. _held];
        _arrived.Clear();
        _held.Clear();
        _arrivedBytes = 0;
        GiveUp(given);
    }

    private void GiveUp(Arrival[] given)
    {
        foreach (var arrival in given)
        {
            if (arrival.Request.Block is { } demand)
                demand.IsArrived = false;
            Release(arrival.Request);
        }
    }

    private async Task ApplyArrivedAsync()
    {
        _isApplying = true;
        try
        {
            while (_arrived.Count > 0 && !_isClosed && _failure is null)
                await ApplyNextAsync();
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.WriteFailed)
        {
            // The store takes nothing more until it is opened again: asking would be in vain.
            _failure = error;
            FailDemands(error);
        }
        finally
        {
            _isApplying = false;
        }
        ScheduleSoon();
    }

    /// <summary>What stands on a damaged node cannot be checked: asking goes on when the core was repaired.</summary>
    private void EndByDamage(HypercoreException error)
    {
        Core.NoteDamage(error);
        _failure ??= error;
        FailDemands(error);
    }

    private void OnRepaired()
    {
        if (_failure?.Code != HypercoreErrorCode.StorageCorrupt)
            return;
        _failure = null;
        ScheduleSoon();
    }

    private async Task ApplyNextAsync()
    {
        var arrivals = TakeGroup();
        try
        {
            await ApplyAsync(arrivals);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            EndByDamage(error);
            GiveUp(arrivals);
            return;
        }
        ResolveRanges();
        UpdateSeeks();
        foreach (var peer in _peers.ToArray())
            peer.OnNodesStored();
        ScheduleSoon();
    }

    private async Task ApplyAsync(Arrival[] arrivals)
    {
        if (arrivals[0].IsAlone)
        {
            await ApplyUpgradeAsync(arrivals[0]);
            return;
        }
        var outcomes = await Core.Default.ReceiveAsync(Array.ConvertAll(arrivals, arrival => arrival.Proof));
        for (var i = 0; i < arrivals.Length; i++)
            Settle(arrivals[i], outcomes[i]);
    }

    /// <summary>Several answers, or one that brings an upgrade or a manifest.</summary>
    private Arrival[] TakeGroup()
    {
        var (count, bytes) = (0, 0L);
        foreach (var arrival in _arrived)
        {
            if (count > 0 && (arrival.IsAlone || bytes >= GroupBytes || count >= GroupAnswers))
                break;
            count++;
            bytes += arrival.Proof.Block?.Value.Length ?? 0;
            if (arrival.IsAlone)
                break;
        }
        var group = _arrived.GetRange(0, count).ToArray();
        _arrived.RemoveRange(0, count);
        _arrivedBytes -= bytes;
        return group;
    }

    private async Task ApplyUpgradeAsync(Arrival arrival)
    {
        var (request, proof) = (arrival.Request, arrival.Proof);
        if (proof.Upgrade is null && proof.Block is null && proof.Hash is null)
        {
            Settle(arrival, await Core.Default.LearnManifestAsync(proof.Manifest!));
            return;
        }
        var verdict = await Core.Default.ApplyAsync(proof);
        var status =
            verdict is null ? ReceiveStatus.Moved
            : verdict.Value.IsValid ? ReceiveStatus.Stored
            : ReceiveStatus.Invalid;
        // It does not fit any more when another was quicker, or something was appended here.
        if (status == ReceiveStatus.Invalid && request.Message.Proof.Upgrade?.Start != Head.Length)
            status = ReceiveStatus.Moved;
        Settle(arrival, new ReceiveOutcome(status, verdict ?? ProofVerdict.Valid));
    }

    private void Settle(Arrival arrival, ReceiveOutcome outcome)
    {
        var (request, proof) = (arrival.Request, arrival.Proof);
        var demand = request.Block;
        if (demand is not null)
            demand.IsArrived = false;
        switch (outcome.Status)
        {
            case ReceiveStatus.Stored:
                demand?.Requests.Remove(request);
                Release(request);
                if (demand is not null && _blocks.ContainsKey(demand.Index))
                    Resolve(demand, proof.Block!.Value);
                // Written, and copied for whoever waited: nothing refers to it any more.
                if (arrival.Buffer is { } buffer)
                    ArrayPool<byte>.Shared.Return(buffer);
                break;
            case ReceiveStatus.Unanchored:
                OnUnanchored(arrival);
                break;
            case ReceiveStatus.Moved:
                Release(request);
                break;
            default:
                Release(request);
                OnInvalid(request.Peer, outcome.Verdict);
                break;
        }
    }

    /// <summary>
    /// An answer came before one that it stands on; it waits for that. If none is left to come, the block is asked for again
    /// with exactly what is missing, and then it has to fit.
    /// </summary>
    private void OnUnanchored(Arrival arrival)
    {
        var (request, demand) = (arrival.Request, arrival.Request.Block);
        var mayStillCome =
            request.Peer.IsOpen
            && (
                request.Peer.HasOlderThan(request.Message.Id)
                || _arrived.Exists(other => other.Request.Peer == request.Peer && !other.WasHeld)
            );
        if (demand is not null && !request.IsCareful && mayStillCome)
        {
            demand.IsArrived = true;
            _arrivedBytes += arrival.Proof.Block?.Value.Length ?? 0;
            _held.Add(arrival with { WasHeld = true });
            return;
        }
        // What a seek was asked on may have been cleared here meanwhile; it is looked up again before the next.
        var isBlamed = request.Seek is { } seek
            ? ++seek.Strikes >= MaxStrikes
            : demand is null || (request.IsCareful && ++demand.Strikes >= MaxStrikes);
        if (isBlamed)
        {
            Release(request);
            OnInvalid(request.Peer, ProofVerdict.InvalidOperation("A proof leads to no node that is stored."));
            return;
        }
        demand?.IsCareful = true;
        Release(request);
    }

    private static bool IsEmpty(TreeProof proof) =>
        proof is { Block: null, Hash: null, Seek: null, Upgrade: null, Manifest: null };

    private static bool IsAnswerTo(PeerRequest request, TreeProof proof)
    {
        var asked = request.Message.Proof;
        return (proof.Block is not { } block || asked.Block?.Index == block.Index)
            && (proof.Hash is not { } hash || asked.Hash?.Index == hash.Index)
            && (proof.Seek is not { } seek || asked.Seek?.Bytes == seek.Bytes)
            && (proof.Upgrade is null || asked.Upgrade is not null)
            && (proof.Manifest is null || asked.Manifest)
            && (proof.Fork == request.Message.Fork || proof is { Block: null, Hash: null, Upgrade: null });
    }

    private readonly record struct Arrival(PeerRequest Request, TreeProof Proof, byte[]? Buffer, bool WasHeld = false)
    {
        /// <summary>Whether it is stored by itself: it moves the head, or teaches who may sign.</summary>
        public bool IsAlone => Proof.Upgrade is not null || Proof.Manifest is not null;
    }
}
