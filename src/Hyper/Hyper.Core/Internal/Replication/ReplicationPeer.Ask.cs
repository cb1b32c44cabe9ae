using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Asking: the requests on their way to this peer, and what comes back.</summary>
internal sealed partial class ReplicationPeer
{
    /// <summary>Bytes of blocks that may be on their way from one peer, as far as the core's average tells.</summary>
    private const ulong WindowBytes = 4 * 1024 * 1024;

    /// <summary>The same from all peers of the core, who share it; each may have two blocks in any case.</summary>
    private const ulong AllWindowsBytes = 16 * 1024 * 1024;

    /// <summary>Answers to nothing that was asked, beyond those to cancelled requests. They cost only their transport.</summary>
    private const int MaxUnasked = 256;

    /// <summary>Requests that the peer calls invalid, at which it is asked no more: the same number as in JavaScript.</summary>
    private const int MaxRefusals = 32;

    /// <summary>Blocks that it could not give although it has them, of which so many are remembered.</summary>
    private const int MaxUnavailable = 4096;

    private readonly Dictionary<ulong, PeerRequest> _requests = [];
    private readonly HashSet<ulong> _unavailable = [];
    private readonly Bitfield _asked = new();
    private long _tellings;
    private ulong _nextId = 1;
    private int _cancelled;
    private int _unasked;
    private int _refusals;

    /// <summary>Requests that wait for an answer.</summary>
    public IReadOnlyCollection<PeerRequest> Requests => _requests.Values;

    public int InFlight => _requests.Count;

    /// <summary>When the last answer came, or the channel opened.</summary>
    public long AnsweredAt { get; private set; }

    /// <summary>The fork of this peer that is being compared with ours, if any.</summary>
    public ReorgDemand? Reorg { get; set; }

    /// <summary>Whether an answer of it did not fit our tree, and it was asked to prove its own.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Proofs of its whole tree that came.</summary>
    public int ConflictProofs { get; set; }

    /// <summary>Whether it takes requests: it gives, it has not broken the rules, and we have not broken its.</summary>
    public bool CanBeAsked =>
        IsOpen
        && !IsDropped
        && !IsSuspect
        && Remote.IsSynced
        && Remote.Flags.HasFlag(SyncFlags.Uploading)
        && _refusals < MaxRefusals
        && _invalidRequests < MaxRefusals;

    /// <summary>How many more requests it may have now.</summary>
    public int Room
    {
        get
        {
            var head = _replicator.Head;
            var average = head.Length == 0 ? 1 : Math.Max(1, head.ByteLength / head.Length);
            var bytes = Math.Min(WindowBytes, AllWindowsBytes / (ulong)Math.Max(1, _replicator.Peers.Count));
            var window = Math.Min((ulong)Window.Size, Math.Max(2, bytes / average));
            return (int)window - _requests.Count;
        }
    }

    /// <summary>Whether a block under the node is on its way from this peer, so that the node will be stored.</summary>
    public bool IsAskedBelow(ulong index)
    {
        var start = FlatTree.LeftSpan(index) / 2;
        return _asked.HasSet(start, FlatTree.LeafCount(index));
    }

    /// <summary>Whether anything is on its way that was asked for before <paramref name="id"/>.</summary>
    public bool HasOlderThan(ulong id)
    {
        foreach (var other in _requests.Keys)
        {
            if (other < id)
                return true;
        }
        return false;
    }

    public PeerRequest Ask(
        ProofRequest proof,
        BlockDemand? block = null,
        SeekDemand? seek = null,
        bool isReorg = false,
        bool isCareful = false,
        ulong priority = 0
    )
    {
        var message = new RequestMessage(_nextId++, Remote.Fork, proof, priority);
        var now = _replicator.Time.GetTimestamp();
        var request = new PeerRequest(this, message, now)
        {
            Block = block,
            Seek = seek,
            IsReorg = isReorg,
            IsCareful = isCareful,
            Telling = _tellings,
        };
        if (_requests.Count == 0)
            AnsweredAt = now;
        _requests.Add(message.Id, request);
        if (block is not null)
            _asked.SetRange(block.Index, block.Index + 1, true);
        SendRequest(message);
        return request;
    }

    /// <summary>
    /// Asks for a proof of a fork at our length or less: is there a second signed history? The answer comes with id 0.
    /// </summary>
    public void AskForConflict(ulong length) =>
        SendRequest(new RequestMessage(0, Remote.Fork, new ProofRequest { Upgrade = new UpgradeRequest(0, length) }));

    /// <summary>Shows it our history, which differs from another that is signed too.</summary>
    public void ShowConflict(TreeProof proof) => SendData(new DataMessage(0, proof));

    /// <summary>Takes a request out of the table because nobody waits for its answer any more.</summary>
    public void Cancel(PeerRequest request)
    {
        if (!Forget(request) || !IsOpen)
            return;
        _cancelled++;
        var message = new CancelMessage(request.Message.Id);
        _channel!.Mux.CorkTurn();
        Send(
            MessageType.Cancel,
            CancelCodec.GetSize(message),
            message,
            static (ref writer, message) => CancelCodec.Write(ref writer, message)
        );
    }

    /// <summary>
    /// Does not ask it for the block of a request again until it tells anew what it has. If it has done so since it was asked,
    /// or either side is on another fork now, the answer says nothing of what it has.
    /// </summary>
    public void NoteUnavailable(PeerRequest request)
    {
        var fork = request.Message.Fork;
        if (request.Telling != _tellings || fork != Remote.Fork || fork != _replicator.Head.Fork)
            return;
        if (_unavailable.Count >= MaxUnavailable)
            _unavailable.Clear();
        _unavailable.Add(request.Block!.Index);
    }

    /// <summary>It told what it has, or of another fork: what it could not give before it is asked for again.</summary>
    private void NoteTelling()
    {
        _tellings++;
        _unavailable.Clear();
    }

    /// <summary>Takes all requests out of the table.</summary>
    public PeerRequest[] TakeAll()
    {
        PeerRequest[] all = [.. _requests.Values];
        foreach (var request in all)
            Forget(request);
        return all;
    }

    private bool Forget(PeerRequest request)
    {
        if (!_requests.Remove(request.Message.Id))
            return false;
        if (request.Block is { } block)
            _asked.Unset(block.Index);
        return true;
    }

    private void SendRequest(RequestMessage message)
    {
        _channel!.Mux.CorkTurn();
        Send(
            MessageType.Request,
            RequestCodec.GetSize(message),
            message,
            static (ref writer, message) => RequestCodec.Write(ref writer, message)
        );
    }

    private bool TryTakeData(ReadOnlySpan<byte> bytes)
    {
        // The block goes on to the disk from here.
        if (!DataCodec.TryRead(bytes, out var message, out var rented))
            return false;
        if (message.Request == 0)
        {
            if (message.Proof.Upgrade is { Start: 0 })
                _replicator.OnConflictProof(this, message.Proof);
            return true;
        }
        if (TakeRequest(message.Request) is { } request)
            _replicator.OnData(request, message.Proof, rented);
        return true;
    }

    private bool TryTakeNoData(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (!NoDataCodec.TryRead(ref reader, out var message))
            return false;
        if (TakeRequest(message.Request) is not { } request)
            return true;
        if (message.Reason == NoDataReason.InvalidRequest)
            _refusals++;
        _replicator.OnNoData(request);
        return true;
    }

    /// <summary>The request that an answer belongs to; null for one that was cancelled, or was never made.</summary>
    private PeerRequest? TakeRequest(ulong id)
    {
        if (!_requests.TryGetValue(id, out var request))
        {
            if (_cancelled > 0)
                _cancelled--;
            else if (++_unasked > MaxUnasked)
                Fail($"{_unasked} answers of a peer were not asked for.");
            return null;
        }
        var isFull = Room <= 0;
        Forget(request);
        var now = _replicator.Time.GetTimestamp();
        AnsweredAt = now;
        Window.OnAnswer(now, now - request.SentAt, isFull);
        return request;
    }
}
