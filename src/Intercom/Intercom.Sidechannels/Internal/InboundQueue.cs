using Hyper.Loop;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// One peer's frames, judged in their order. Signatures, and the reading of much, run on the pool a batch at a time; the
/// gates, and the reading of little, on the loop. When much waits, the connection is paused; what arrives all the same is dropped beyond a bound.
/// Belongs to the loop.
/// </summary>
internal sealed class InboundQueue(
    SidechannelState state,
    PeerLink peer,
    Preparation preparation,
    InboundPipeline pipeline
) : ITurnEndItem
{
    /// <summary>Most frames, and bytes, that wait before the connection is paused.</summary>
    public const int PauseFrames = 256;
    public const int PauseBytes = 2 * 1024 * 1024;

    /// <summary>Most frames, and bytes, that are kept at all; one frame is always taken.</summary>
    public const int MaxFrames = 2 * PauseFrames;
    public const int MaxBytes = 8 * PauseBytes;

    /// <summary>Frames, and bytes, judged before the loop looks again.</summary>
    public const int BatchFrames = 64;
    private const int BatchBytes = 256 * 1024;

    private const int SmallBytes = 2048;

    /// <summary>Most bytes of a batch that is read on the loop: a tenth of a millisecond.</summary>
    private const int ReadHereBytes = 32 * 1024;

    private readonly Queue<InboundFrame> _waiting = new();
    private readonly List<InboundFrame> _batch = [];
    private readonly List<InboundFrame> _admitted = [];
    private int _batchBytes;
    private int _waitingBytes;
    private bool _isRunning;
    private bool _isPaused;
    private bool _isClosed;

    public int Count => _waiting.Count;

    /// <summary>Takes a frame; false when too much waits.</summary>
    public bool TryEnqueue(InboundFrame frame)
    {
        if (_isClosed || _waiting.Count >= MaxFrames || (_waiting.Count > 0 && _waitingBytes + frame.Bytes > MaxBytes))
        {
            frame.Release();
            return false;
        }
        _waiting.Enqueue(frame);
        _waitingBytes += frame.Bytes;
        PauseOrResume();
        if (_isRunning)
            return true;
        // At the end of the turn all that came with it is here too: then it is seen whether it is worth the pool.
        _isRunning = true;
        state.Loop.AtTurnEnd(this);
        return true;
    }

    void ITurnEndItem.OnTurnEnd() => _ = RunAsync();

    /// <summary>Drops what waits; the connection is gone.</summary>
    public void Close()
    {
        _isClosed = true;
        while (_waiting.TryDequeue(out var frame))
            frame.Release();
        _waitingBytes = 0;
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_isClosed && TakeBatch())
            {
                var isSmall = IsSmall();
                if (isSmall || MayReadHere())
                    PrepareBatch();
                else
                    await state.Loop.OffloadAsync(PrepareBatch);
                for (var next = 0; next < _batch.Count && !_isClosed; )
                {
                    next = Admit(next);
                    if (isSmall || !HasSignatures())
                        GatherEvidence();
                    else
                        await Parts.ForEachAsync(state.Loop, _admitted, preparation.GatherEvidence);
                    CompleteAdmitted();
                }
                PauseOrResume();
            }
        }
        catch (Exception error)
        {
            peer.Fail(error);
        }
        finally
        {
            _isRunning = false;
        }
    }

    /// <summary>
    /// A small frame that came alone is judged where it is: that takes a tenth of a millisecond, and the way to the pool
    /// and back, twice, longer than that.
    /// </summary>
    private bool IsSmall() => _batch is [{ Bytes: <= SmallBytes }];

    private bool MayReadHere()
    {
        if (_batchBytes > ReadHereBytes)
            return false;
        foreach (var frame in _batch)
            if (preparation.MayReadInvite(frame))
                return false;
        return true;
    }

    private bool HasSignatures()
    {
        foreach (var frame in _admitted)
            if (preparation.HasSignatures(frame))
                return true;
        return false;
    }

    private bool TakeBatch()
    {
        _batch.Clear();
        _batchBytes = 0;
        while (_batch.Count < BatchFrames && _batchBytes < BatchBytes && _waiting.TryDequeue(out var frame))
        {
            _batch.Add(frame);
            _batchBytes += frame.Bytes;
        }
        _waitingBytes -= _batchBytes;
        return _batch.Count > 0;
    }

    private bool PrepareBatch()
    {
        foreach (var frame in _batch)
            preparation.Prepare(frame);
        return true;
    }

    /// <summary>
    /// Asks the first gates, up to and with a request to open a channel: it may change what they answer to the next.
    /// </summary>
    private int Admit(int next)
    {
        _admitted.Clear();
        while (next < _batch.Count)
        {
            var frame = _batch[next++];
            if (!frame.Link.IsClosed && pipeline.Admit(frame))
                _admitted.Add(frame);
            if (frame.IsOpenChannel)
                break;
        }
        return next;
    }

    private void GatherEvidence()
    {
        foreach (var frame in _admitted)
            preparation.GatherEvidence(frame);
    }

    private void CompleteAdmitted()
    {
        foreach (var frame in _admitted)
            if (!_isClosed && !frame.Link.IsClosed)
                pipeline.Complete(frame);
    }

    private void PauseOrResume()
    {
        var isFull = _waiting.Count >= PauseFrames || _waitingBytes >= PauseBytes;
        var isLow = _waiting.Count <= PauseFrames / 2 && _waitingBytes <= PauseBytes / 2;
        if (isFull && !_isPaused)
            peer.Connection.PauseReading();
        else if (isLow && _isPaused && !_isClosed)
            peer.Connection.ResumeReading();
        _isPaused = isFull || (_isPaused && !isLow);
    }
}
