using System.Runtime.CompilerServices;
using Hyper.Core;

namespace Hyper.Bee;

/// <summary>
/// Tells when a range of a bee changes: after an append with a difference in the range, and after every truncation. Changes
/// that come while nobody waits are told as one. Belongs to the loop; not for two callers at once.
/// </summary>
public sealed class HyperbeeWatcher : IAsyncDisposable
{
    private readonly Hyperbee _bee;
    private readonly BeeRange _range;
    private TaskCompletionSource? _wake;
    private Hyperbee? _current;
    private Hyperbee? _previous;
    private bool _isCut;
    private bool _isClosed;

    internal HyperbeeWatcher(Hyperbee bee, BeeRange range, Hyperbee current)
    {
        _bee = bee;
        _range = range;
        _current = current;
    }

    /// <summary>
    /// Waits for the next change: the bee after and before it. Both stay usable until the next call. Null if the watcher or
    /// the bee was closed.
    /// </summary>
    /// <exception cref="HyperbeeException">What a comparison can end in; the watcher goes on with the next call.</exception>
    public async Task<(Hyperbee Current, Hyperbee Previous)?> NextAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await WaitAsync(cancellationToken);
        }
        catch (Exception error) when (_isClosed && (error is HyperbeeException or HypercoreException))
        {
            // Closed while two versions were compared.
            return null;
        }
    }

    /// <summary>Every change until the watcher or the bee is closed.</summary>
    public async IAsyncEnumerable<(Hyperbee Current, Hyperbee Previous)> GetChangesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        while (await NextAsync(cancellationToken) is { } change)
            yield return change;
    }

    /// <summary>Stops watching, and closes the versions that were told last.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _bee.Forget(this);
        Wake();
        if (_previous is not null)
            await _previous.DisposeAsync();
        if (_current is not null)
            await _current.DisposeAsync();
    }

    internal void OnChanged(bool isTruncation)
    {
        _isCut |= isTruncation;
        Wake();
    }

    private async Task<(Hyperbee Current, Hyperbee Previous)?> WaitAsync(CancellationToken cancellationToken)
    {
        while (!_isClosed)
        {
            if (!_isCut && _current!.Version >= _bee.Version)
            {
                _wake ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await _wake.Task.WaitAsync(cancellationToken);
                continue;
            }
            var isCut = _isCut;
            _isCut = false;
            var next = await _bee.SnapshotAsync();
            if (_isClosed)
            {
                await next.DisposeAsync();
                break;
            }
            if (_previous is not null)
                await _previous.DisposeAsync();
            (_previous, _current) = (_current, next);
            if (isCut || await DiffersAsync(next, _previous!.Version, cancellationToken))
                return (next, _previous!);
        }
        return null;
    }

    private async ValueTask<bool> DiffersAsync(Hyperbee next, ulong version, CancellationToken cancellationToken)
    {
        await foreach (var _ in next.GetDifferencesAsync(version, _range, cancellationToken))
            return true;
        return false;
    }

    private void Wake()
    {
        var wake = _wake;
        _wake = null;
        wake?.SetResult();
    }
}
