using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Core;

/// <summary>
/// The bytes of many cores, in memory or on disk, in the format of hypercore-storage 1.18.
/// </summary>
/// <remarks>
/// Belongs to one loop. Writes of all cores go through one queue: while one group is written, the next collects, and is then
/// written as one. After a failed write nothing more is accepted: what is in memory equals what is on disk.
/// See docs/decisions/0004-core-ownership.md.
/// </remarks>
public sealed partial class CorestoreStorage : IAsyncDisposable
{
    /// <summary>A group of at most so many bytes is written on the loop.</summary>
    private const long MaxBytesAtOnce = 64 * 1024;

    /// <summary>After a write on the loop that took longer, the others go to the pool for a while.</summary>
    private static readonly TimeSpan _slowWrite = TimeSpan.FromMilliseconds(5);

    // Once may be the processor, or a log that was full; one slow write after the other is the disk.
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(1);

    private readonly CorestoreStorageOptions _options;
    private List<PendingWrite> _waiting = [];
    private List<PendingWrite> _group = [];
    private readonly List<StoreBatch> _batches = [];
    private readonly SerialQueue _allocations = new();
    private long _pendingBytes;
    private TaskCompletionSource? _room;
    private Task _pump = Task.CompletedTask;
    private bool _isPumping;
    private HypercoreException? _failure;
    private DeviceFile? _device;
    private bool _isClosed;
    private int _offloaded;
    private long? _slowSince;
    private TimeSpan _slowPause;
    private TaskCompletionSource? _quiet;

    internal CorestoreStorage(EventLoop loop, IKeyValueStore values, CorestoreStorageOptions? options = null)
    {
        Loop = loop;
        Values = values;
        _options = options ?? new CorestoreStorageOptions();
    }

    /// <summary>The loop that everything in this store belongs to.</summary>
    public EventLoop Loop { get; }

    internal IKeyValueStore Values { get; }

    /// <summary>Room in which a page is made before it is written; used within one call on the loop.</summary>
    internal BitPage ScratchPage { get; } = new();

    /// <summary>A store that forgets everything when it is closed.</summary>
    public static CorestoreStorage CreateInMemory(EventLoop loop) => new(loop, new MemoryStore());

    /// <summary>Waits for writes on their way, then closes the store. Later operations fail with SESSION_CLOSED.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        // A write that waits is refused.
        Resume();
        CloseReplication();
        await _pump;
        if (_offloaded > 0)
        {
            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _quiet.Task;
        }
        if (Values.MayBlock)
            await Loop.OffloadAsync(CloseFiles);
        else
            CloseFiles();
    }

    /// <summary>Pushes everything written so far to the disk.</summary>
    public async Task FlushAsync()
    {
        await _pump;
        await OffloadAsync(() =>
        {
            Values.Flush();
            return true;
        });
    }

    /// <summary>Gives the space of what was deleted back to the disk. Takes a while for a large store; reads and writes go on.</summary>
    public async Task CompactAsync()
    {
        await _pump;
        await OffloadAsync(() =>
        {
            Values.Flush();
            Values.Compact();
            return true;
        });
    }

    /// <summary>Runs a read that may wait for the disk: away from the loop, or in place for a store in memory.</summary>
    internal Task<T> OffloadAsync<T>(Func<T> work)
    {
        VerifyOpen();
        return Values.MayBlock ? CountAsync(work) : Task.FromResult(work());
    }

    internal bool IsClosed => _isClosed;

    /// <summary>Throws when the store is closed.</summary>
    internal void VerifyOpen()
    {
        if (_isClosed)
            throw new HypercoreException(HypercoreErrorCode.SessionClosed, "The store is closed.");
    }

    /// <summary>
    /// Queues a batch and completes when it is written with the promised durability. The batch is not disposed here.
    /// </summary>
    /// <exception cref="HypercoreException">WRITE_FAILED: nothing of the batch was written, or an earlier write failed.</exception>
    internal ValueTask WriteAsync(StoreBatch batch)
    {
        if (_resumed is not null || !HasRoomFor(batch))
            return WriteLaterAsync(batch);
        if (_failure is not null)
            throw _failure;
        VerifyOpen();
        if (!Values.MayBlock)
        {
            Values.Write([batch], sync: false);
            return ValueTask.CompletedTask;
        }
        var write = new PendingWrite(batch, new TaskCompletionSource());
        _pendingBytes += batch.Bytes;
        _waiting.Add(write);
        if (!_isPumping)
            _pump = PumpAsync();
        return new ValueTask(write.Done.Task);
    }

    private async ValueTask WriteLaterAsync(StoreBatch batch)
    {
        while (_resumed is { } resumed)
            await resumed.Task;
        while (!HasRoomFor(batch))
        {
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _room.Task;
        }
        await WriteAsync(batch);
    }

    /// <summary>Whether a batch need not wait; after a failure it is refused without waiting.</summary>
    private bool HasRoomFor(StoreBatch batch) =>
        _failure is not null || _pendingBytes == 0 || _pendingBytes + batch.Bytes <= _options.MaxPendingBytes;

    internal StoreHead ReadHead()
    {
        var bytes = Values.GetMany([StoreKeys.Head.ToArray()])[0];
        if (bytes is null)
            return new StoreHead();
        return StoreHead.TryRead(bytes, out var head)
            ? head
            : throw new HypercoreException(HypercoreErrorCode.StorageCorrupt, "The head of the store does not decode.");
    }

    /// <summary>Reads on their way keep the files open.</summary>
    private async Task<T> CountAsync<T>(Func<T> work)
    {
        _offloaded++;
        try
        {
            return await Loop.OffloadAsync(work);
        }
        finally
        {
            if (--_offloaded == 0)
                _quiet?.TrySetResult();
        }
    }

    private bool CloseFiles()
    {
        // What a log holds alone is lost with the log's end, as after a crash; what a table holds has a checksum and is missed.
        if (_failure is null)
            _ = TryFlush();
        foreach (var core in _open.Values)
            core.Close();
        Values.Dispose();
        _device?.Dispose();
        return true;
    }

    /// <summary>Whether everything is in tables now. If not it stays in the log, where it is no less safe than before.</summary>
    private bool TryFlush()
    {
        try
        {
            Values.Flush();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Writes groups until nothing waits. Never fails: each write hears of its own outcome.</summary>
    private async Task PumpAsync()
    {
        _isPumping = true;
        try
        {
            while (_waiting.Count > 0)
            {
                (_group, _waiting) = (_waiting, _group);
                foreach (var write in _group)
                    _batches.Add(write.Batch);
                var failure = _failure;
                try
                {
                    if (failure is null && IsWrittenAtOnce(_batches))
                        // Callers go on in the next turn: packets come in between, and writes that were begun meanwhile
                        // become one.
                        await Task.Yield();
                    else if (failure is null)
                        failure = await Loop.OffloadAsync(() => TryWrite(_batches));
                }
                catch (IOException error)
                {
                    failure = Failed(error);
                }
                _failure ??= failure;
                foreach (var write in _group)
                {
                    _pendingBytes -= write.Batch.Bytes;
                    if (failure is null)
                        write.Done.SetResult();
                    else
                        write.Done.SetException(failure);
                }
                _group.Clear();
                _batches.Clear();
                var room = _room;
                _room = null;
                room?.SetResult();
            }
        }
        finally
        {
            _isPumping = false;
        }
    }

    /// <summary>
    /// Whether a group was written in place: a small one, since that only copies it into the log and into memory, and a way to
    /// another thread and back costs more.
    /// </summary>
    private bool IsWrittenAtOnce(List<StoreBatch> batches)
    {
        if (_options.Durability == CoreDurability.Power || _pendingBytes > MaxBytesAtOnce || IsDiskSlow())
            return false;
        var startedAt = Loop.Time.GetTimestamp();
        if (!Values.TryWriteAtOnce(batches))
            return false;
        if (Loop.Time.GetElapsedTime(startedAt) > _slowWrite)
            NoteSlowWrite();
        return true;
    }

    /// <summary>Begins a pause: twice the last one if that has only just ended.</summary>
    private void NoteSlowWrite()
    {
        var isAgain = _slowSince is { } since && Loop.Time.GetElapsedTime(since) < 2 * _slowPause;
        _slowPause = isAgain ? TimeSpan.FromTicks(Math.Min(2 * _slowPause.Ticks, _longestPause.Ticks)) : _firstPause;
        _slowSince = Loop.Time.GetTimestamp();
    }

    private bool IsDiskSlow() => _slowSince is { } since && Loop.Time.GetElapsedTime(since) < _slowPause;

    private HypercoreException? TryWrite(List<StoreBatch> batches)
    {
        try
        {
            Values.Write(batches, sync: _options.Durability == CoreDurability.Power);
            return null;
        }
        catch (IOException error)
        {
            return Failed(error);
        }
    }

    private static HypercoreException Failed(IOException error) =>
        new(HypercoreErrorCode.WriteFailed, error.Message, error);

    private readonly record struct PendingWrite(StoreBatch Batch, TaskCompletionSource Done);
}
