using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Telling each other how far the copies are, and which blocks they have.</summary>
internal sealed partial class ReplicationPeer
{
    /// <summary>Segments that were asked for and could not be answered yet; more are forgotten, and asked for again.</summary>
    private const int MaxWaitingWants = 256;

    private readonly Queue<ulong> _wants = new();
    private readonly HashSet<ulong> _segmentsWanted = [];

    // Blocks that we lost, all of them between these. While we had them it did not tell that it had them too.
    private (ulong Start, ulong End) _lost;
    private SyncMessage? _lastSync;
    private bool _isSyncDue;
    private bool _isChecking;
    private bool _isCheckDue;

    // What we could prove to it when that was looked up last. Before anything is known it is empty, and all can be proved.
    private bool _canUpgrade = true;
    private ulong _upgradableLength;
    private ulong _upgradableFork;

    /// <summary>Has our state told to it at the end of this turn, if it is not what was told last.</summary>
    public void SyncSoon()
    {
        _isSyncDue = true;
        _replicator.FlushSoon();
    }

    /// <summary>Sends a due sync, unless what we can prove is still being looked up.</summary>
    public void FlushSync()
    {
        if (!_isSyncDue || _isChecking || !IsOpen)
            return;
        SendSync();
    }

    /// <summary>Our length or fork changed.</summary>
    public void OnHeadChanged()
    {
        if (_replicator.Core.ContiguousLength < _replicator.Head.Length)
            Remote.NoteIncomplete();
        OnNodesStored();
        SyncSoon();
    }

    /// <summary>Nodes came without which something could perhaps not be proved to it.</summary>
    public void OnNodesStored()
    {
        var head = _replicator.Head;
        if (!_canUpgrade && IsOpen && Remote.Fork == head.Fork && head.Length > Remote.Length)
            CheckSoon();
    }

    /// <summary>
    /// Up to here its proofs of blocks can end in a node that we have: it is not shorter than we, or we have the roots of its
    /// length.
    /// </summary>
    public ulong ProvableLength
    {
        get
        {
            var head = _replicator.Head;
            if (Remote.Fork != head.Fork)
                return 0;
            if (Remote.Length >= head.Length)
                return head.Length;
            return _upgradableFork == head.Fork ? Math.Min(_upgradableLength, Remote.Length) : 0;
        }
    }

    /// <summary>Whether it said that it has a block, and has not said otherwise when asked for it.</summary>
    public bool Has(ulong index) => Remote.Blocks.Has(index) && !_unavailable.Contains(index);

    /// <summary>Tells of blocks that came or went.</summary>
    public void Announce(in RangeMessage change)
    {
        if (!IsOpen || IsDropped)
            return;
        if (change.Drop)
            NoteLost(change.Start, change.Start + change.Length);
        var head = _replicator.Head;
        if (Remote.Announce(change, head.Length, _replicator.Core.ContiguousLength) is { } message)
            SendRange(message);
    }

    /// <summary>
    /// Asks once for each segment in which blocks are wanted that it is not known to have; and again where we lost some.
    /// </summary>
    public void Want(ulong start, ulong end)
    {
        if (end <= Remote.Blocks.ContiguousLength)
            return;
        if (start < _lost.End && _lost.Start < end)
        {
            _lost = default;
            _segmentsWanted.Clear();
        }
        // More would be forgotten by the other side.
        for (var segment = start / RemoteCore.SegmentBlocks; segment * RemoteCore.SegmentBlocks < end; segment++)
        {
            if (_segmentsWanted.Count >= RemoteCore.MaxWantedSegments)
                return;
            if (!_segmentsWanted.Add(segment))
                continue;
            var message = new WantMessage(segment * RemoteCore.SegmentBlocks, RemoteCore.SegmentBlocks);
            Send(
                MessageType.Want,
                WantCodec.GetSize(message),
                message,
                static (ref writer, message) => WantCodec.Write(ref writer, message)
            );
        }
    }

    private void NoteLost(ulong start, ulong end) =>
        _lost = _lost.End == 0 ? (start, end) : (Math.Min(_lost.Start, start), Math.Max(_lost.End, end));

    private bool TryTakeSync(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (!SyncCodec.TryRead(ref reader, out var message))
            return false;
        var head = _replicator.Head;
        var changed = message.Length != Remote.Length || message.Fork != Remote.Fork || !Remote.IsSynced;
        // Before it told, it refused what it has: it was on the other fork already.
        if (message.Fork != Remote.Fork)
            NoteTelling();
        Remote.Apply(message, head.Fork);
        if (CloseIfIdle())
            return true;
        if (changed && message.Fork == head.Fork)
            CheckSoon();
        if (message.Fork == head.Fork && head.Length > message.Length)
            SyncSoon();
        _replicator.OnSynced(this);
        return true;
    }

    /// <summary>Closes the channel when neither side downloads: it is opened again when one does.</summary>
    public bool CloseIfIdle()
    {
        if (!Remote.IsSynced || Remote.Flags.HasFlag(SyncFlags.Downloading) || _replicator.IsDownloading)
            return false;
        Close();
        return true;
    }

    private bool TryTakeRange(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (!RangeCodec.TryRead(ref reader, out var message))
            return false;
        Remote.Blocks.Apply(message);
        NoteTelling();
        // What it has instead it may not tell: to JavaScript we may seem to have it already.
        if (message.Drop)
            _segmentsWanted.Clear();
        _replicator.ScheduleSoon();
        return true;
    }

    private bool TryTakeBitfield(ReadOnlySpan<byte> bytes)
    {
        if (!BitfieldCodec.TryRead(bytes.ToArray(), out var message))
            return false;
        Remote.Blocks.Apply(message);
        NoteTelling();
        _replicator.ScheduleSoon();
        return true;
    }

    private bool TryTakeWant(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (!WantCodec.TryRead(ref reader, out var message))
            return false;
        Remote.Apply(message);
        var segment = message.Start / RemoteCore.SegmentBlocks;
        if (_wants.Count < MaxWaitingWants && !_wants.Contains(segment))
            _wants.Enqueue(segment);
        ServeSoon();
        return true;
    }

    /// <summary>Tells what is stored of a wanted segment: everything at once if nothing is missing, else bits.</summary>
    private void AnswerWant(ulong segment)
    {
        var length = _replicator.Head.Length;
        var contiguous = Math.Min(length, _replicator.Core.ContiguousLength);
        var start = segment * RemoteCore.SegmentBlocks;
        if (start >= length)
            return;
        if (contiguous == length || start + RemoteCore.SegmentBlocks < contiguous)
        {
            SendRange(new RangeMessage(Drop: false, 0, contiguous));
            return;
        }
        var end = Math.Min(length, start + RemoteCore.SegmentBlocks);
        var pages = (int)(((end - start) + BitPage.Bits - 1) / BitPage.Bits);
        var words = new byte[pages * BitPage.Bytes];
        for (var i = 0; i < pages; i++)
        {
            if (_replicator.Core.Bitfield.FindPage(Bitfield.PageOf(start) + (ulong)i) is { } page)
                page.AsBytes().CopyTo(words.AsSpan(i * BitPage.Bytes));
        }
        var message = new BitfieldMessage(start, words);
        Send(
            MessageType.Bitfield,
            BitfieldCodec.GetSize(message),
            message,
            static (ref writer, message) => BitfieldCodec.Write(ref writer, message)
        );
    }

    private void AnnounceStored()
    {
        var contiguous = Math.Min(_replicator.Head.Length, _replicator.Core.ContiguousLength);
        if (contiguous > 0)
            Announce(new RangeMessage(Drop: false, 0, contiguous));
    }

    private void SendRange(in RangeMessage message) =>
        Send(
            MessageType.Range,
            RangeCodec.GetSize(message),
            message,
            static (ref writer, message) => RangeCodec.Write(ref writer, message)
        );

    private void SendSync()
    {
        _isSyncDue = false;
        var head = _replicator.Head;
        if (head.Fork != Remote.Fork)
            _canUpgrade = false;
        var flags = SyncFlags.Uploading;
        flags |= _canUpgrade ? SyncFlags.CanUpgrade : SyncFlags.None;
        flags |= _replicator.IsDownloading ? SyncFlags.Downloading : SyncFlags.None;
        flags |= _replicator.Core.HasManifest ? SyncFlags.HasManifest : SyncFlags.None;
        var message = Remote.CreateSync(head.Length, head.Fork, flags);
        if (message == _lastSync)
            return;
        _lastSync = message;
        _channel!.Mux.CorkTurn();
        Send(
            MessageType.Sync,
            SyncCodec.GetSize(message),
            message,
            static (ref writer, message) => SyncCodec.Write(ref writer, message)
        );
    }

    private void CheckSoon()
    {
        _isCheckDue = true;
        if (!_isChecking)
            _replicator.Watch(CheckAsync());
    }

    /// <summary>Looks up whether the way from its length to ours can be proved. One runs at a time, until nothing changes.</summary>
    private async Task CheckAsync()
    {
        _isChecking = true;
        try
        {
            while (_isCheckDue && IsOpen)
            {
                _isCheckDue = false;
                var (length, head) = (Remote.Length, _replicator.Head);
                if (Remote.Fork != head.Fork)
                {
                    _canUpgrade = false;
                    continue;
                }
                var known = length <= head.Length && await _replicator.HasRootsAsync(length);
                if (Remote.Length != length || Remote.Fork != head.Fork || _replicator.Head.Fork != head.Fork)
                {
                    _isCheckDue = true;
                    continue;
                }
                var can = known && (length == 0 || length < _replicator.Head.Length);
                if (known)
                    (_upgradableLength, _upgradableFork) = (length, head.Fork);
                if (can == _canUpgrade)
                    continue;
                _canUpgrade = can;
                _isSyncDue = true;
            }
        }
        finally
        {
            _isChecking = false;
        }
        if (!IsOpen)
            return;
        FlushSync();
        _replicator.ScheduleSoon();
    }
}
