using Hyper.Core;

namespace Hyper.Bee;

/// <summary>
/// Keeps the entry of one key up to date. Changes that come while the last is being read are read as one. Belongs to the loop.
/// </summary>
public sealed class HyperbeeEntryWatcher : IAsyncDisposable
{
    private readonly Hyperbee _bee;
    private readonly ReadOnlyMemory<byte> _key;
    private bool _isReading;
    private bool _isStale;
    private bool _isCut;
    private bool _isClosed;

    internal HyperbeeEntryWatcher(Hyperbee bee, ReadOnlyMemory<byte> key)
    {
        _bee = bee;
        _key = key;
    }

    /// <summary>Raised on the loop after the entry was written, deleted, or the core truncated.</summary>
    public event Action? Updated;

    /// <summary>Raised on the loop if the entry could not be read; it is tried again with the next change.</summary>
    public event Action<Exception>? Failed;

    /// <summary>The entry as it was read last, or null if there is none.</summary>
    public BeeEntry? Entry { get; private set; }

    /// <summary>Stops watching.</summary>
    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        _bee.Forget(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads the entry for the first time; this fails as a read does.</summary>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        _isReading = true;
        try
        {
            Entry = await _bee.GetAsync(_key, cancellationToken);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
        await UpdateAsync();
    }

    internal void OnChanged(bool isTruncation)
    {
        _isStale = true;
        _isCut |= isTruncation;
        if (!_isReading)
            _ = UpdateAsync();
    }

    private async Task UpdateAsync()
    {
        _isReading = true;
        try
        {
            while (_isStale && !_isClosed)
            {
                var isCut = _isCut;
                _isStale = _isCut = false;
                await ReadAsync(isCut);
            }
        }
        finally
        {
            _isReading = false;
        }
    }

    private async Task ReadAsync(bool isCut)
    {
        BeeEntry? entry;
        try
        {
            entry = await _bee.GetAsync(_key);
        }
        catch (Exception error) when (error is HyperbeeException or HypercoreException)
        {
            if (!_isClosed)
                Failed?.Invoke(error);
            return;
        }
        if (_isClosed || (!isCut && entry?.Seq == Entry?.Seq))
            return;
        Entry = entry;
        Updated?.Invoke();
    }
}
