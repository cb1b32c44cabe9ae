using System.Runtime.CompilerServices;
using Hyper.Bee.Internal;

namespace Hyper.Bee;

/// <summary>
/// Changes of a bee that are written together, and seen here before. The first change waits for the lock of the bee, and the
/// batch holds it until it is flushed or closed: other writes wait for that. One operation runs at a time. Not usable any
/// more after an operation that failed half way, except to be closed.
/// </summary>
public sealed partial class HyperbeeBatch : IAsyncDisposable
{
    private readonly BeeShared _shared;
    private readonly TreeWriter _writer;
    private readonly KeyPrefix _prefix;
    private readonly BeeLock _turn = new();
    private bool _isLocked;
    private bool _isClosed;

    internal HyperbeeBatch(BeeShared shared, TreeWriter writer, KeyPrefix prefix)
    {
        _shared = shared;
        _writer = writer;
        _prefix = prefix;
    }

    /// <summary>Number of blocks that wait to be written.</summary>
    public int Count => _writer.Count;

    /// <summary>The version of the bee with the changes of this batch.</summary>
    public ulong Version => _writer.Version;

    /// <inheritdoc cref="Hyperbee.GetAsync"/>
    public async ValueTask<BeeEntry?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken);
        try
        {
            var root = await _writer.GetRootAsync(cancellationToken);
            var block = await _writer.FindAsync(root, _prefix.Add(key), cancellationToken);
            return block is null ? null : _prefix.ToEntry(block);
        }
        finally
        {
            _turn.Exit();
        }
    }

    /// <summary>The entries of a range with the changes of this batch. A change in between ends it with INVALID_OPERATION.</summary>
    public async IAsyncEnumerable<BeeEntry> GetRangeAsync(
        BeeRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        range ??= BeeRange.All;
        var walk = new TreeWalk(_writer, KeyBounds.Of(range, _prefix), range.Reverse);
        var changes = -1;
        for (var left = range.Limit ?? int.MaxValue; left > 0; left--)
        {
            BeeBlock? block;
            await BeginAsync(cancellationToken);
            try
            {
                if (changes < 0)
                {
                    changes = _writer.Changes;
                    await walk.OpenAsync(await _writer.GetRootAsync(cancellationToken), cancellationToken);
                }
                if (changes != _writer.Changes)
                    throw HyperbeeException.InvalidOperation("The batch was changed while a range of it was read.");
                block = await walk.NextAsync(cancellationToken);
            }
            finally
            {
                _turn.Exit();
            }
            if (block is null)
                yield break;
            yield return _prefix.ToEntry(block);
        }
    }

    /// <inheritdoc cref="Hyperbee.PutAsync"/>
    /// <returns>Whether a block will be written.</returns>
    public async ValueTask<bool> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        BeeCompareAndSwap? compareAndSwap = null,
        CancellationToken cancellationToken = default
    )
    {
        await BeginAsync(cancellationToken);
        try
        {
            await LockAsync(cancellationToken);
            var swap = _prefix.Wrap(compareAndSwap);
            return await _writer.PutAsync(_prefix.Add(key), value, swap, cancellationToken);
        }
        finally
        {
            _turn.Exit();
        }
    }

    /// <inheritdoc cref="Hyperbee.DeleteAsync"/>
    /// <returns>Whether a block will be written.</returns>
    public async ValueTask<bool> DeleteAsync(
        ReadOnlyMemory<byte> key,
        BeeCompareAndSwap? compareAndSwap = null,
        CancellationToken cancellationToken = default
    )
    {
        await BeginAsync(cancellationToken);
        try
        {
            await LockAsync(cancellationToken);
            return await _writer.DeleteAsync(_prefix.Add(key), _prefix.Wrap(compareAndSwap), cancellationToken);
        }
        finally
        {
            _turn.Exit();
        }
    }

    /// <summary>
    /// Writes the changes as one append, completes when they are stored, and gives the lock back. The batch can be used again.
    /// </summary>
    /// <exception cref="HyperbeeException">INVALID_OPERATION; nothing was written.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        await BeginAsync(cancellationToken);
        try
        {
            await _writer.FlushAsync(cancellationToken);
            Unlock();
        }
        finally
        {
            _turn.Exit();
        }
    }

    /// <summary>Drops the changes that were not flushed and gives the lock back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        await _turn.EnterAsync(CancellationToken.None);
        _writer.Reset();
        Unlock();
        _turn.Exit();
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        await _turn.EnterAsync(cancellationToken);
        if (!_isClosed && !_shared.IsClosed)
            return;
        _turn.Exit();
        throw HyperbeeException.InvalidOperation("The batch is closed, or its bee.");
    }

    private async ValueTask LockAsync(CancellationToken cancellationToken)
    {
        if (_isLocked)
            return;
        await _shared.Lock.EnterAsync(cancellationToken);
        _isLocked = true;
    }

    private void Unlock()
    {
        if (!_isLocked)
            return;
        _isLocked = false;
        _shared.Lock.Exit();
    }
}
