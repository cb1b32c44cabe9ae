using System.Runtime.CompilerServices;
using Hyper.Bee.Internal;

namespace Hyper.Bee;

public sealed partial class Hyperbee
{
    /// <summary>The entries of a range, as they are when the enumeration begins, whatever comes.</summary>
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE, DECODING_ERROR or INVALID_TREE.</exception>
    public async IAsyncEnumerable<BeeEntry> GetRangeAsync(
        BeeRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        range ??= BeeRange.All;
        await using var view = await SnapshotAsync();
        var bounds = KeyBounds.Of(range, _prefix);
        var hint = FindExtension() is { } extension
            ? new RangeHint(extension, view.Version, bounds, range.Reverse) { Limit = range.Limit }
            : null;
        var reader = hint is null ? view._reader : view._reader.With(hint);
        var walk = new TreeWalk(reader, bounds, range.Reverse);
        await walk.OpenAsync(await reader.GetRootAsync(view.Version, cancellationToken), cancellationToken);
        for (var left = range.Limit ?? int.MaxValue; left > 0; left--)
        {
            if (hint is not null)
                (hint.Walk, hint.Limit) = (walk, range.Limit is null ? null : left);
            if (await walk.NextAsync(cancellationToken) is not { } block)
                yield break;
            yield return _prefix.ToEntry(block);
        }
    }

    /// <summary>The first entry of a range, or null.</summary>
    /// <inheritdoc cref="GetRangeAsync" path="/exception"/>
    public async ValueTask<BeeEntry?> PeekAsync(BeeRange? range = null, CancellationToken cancellationToken = default)
    {
        await foreach (var entry in GetRangeAsync((range ?? BeeRange.All) with { Limit = 1 }, cancellationToken))
            return entry;
        return null;
    }

    /// <summary>
    /// What was written, block by block. In a sub-database only its own; there the limit counts entries, not blocks.
    /// </summary>
    /// <inheritdoc cref="GetRangeAsync" path="/exception"/>
    public async IAsyncEnumerable<BeeChange> GetHistoryAsync(
        BeeHistoryRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        range ??= BeeHistoryRange.All;
        await using var view = await SnapshotAsync();
        var version = (long)view.Version;
        var start = Math.Max(1, range.Gte < 0 ? version + range.Gte : range.Gte);
        var end = range.Lt ?? version;
        end = Math.Min(version, end < 0 ? version + end : end);
        var left = range.Limit ?? int.MaxValue;
        for (var i = 0L; i < end - start && left > 0; i++)
        {
            var seq = (ulong)(range.Reverse ? end - 1 - i : start + i);
            var block = await view._reader.GetBlockAsync(seq, cancellationToken);
            if (!_prefix.Covers(block.Key))
                continue;
            left--;
            yield return new BeeChange(_prefix.ToEntry(block), block.IsDeletion());
        }
    }

    /// <summary>
    /// Keys whose entries differ between what is shown here (left) and another version (right), in their order. Subtrees that
    /// both versions share are not read.
    /// </summary>
    /// <inheritdoc cref="GetRangeAsync" path="/exception"/>
    public async IAsyncEnumerable<BeeDifference> GetDifferencesAsync(
        ulong version,
        BeeRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        range ??= BeeRange.All;
        var here = Version;
        await using var view = await CheckoutAsync(Math.Max(here, version));
        var bounds = KeyBounds.Of(range, _prefix);
        var walk = new DifferenceWalk(view._reader, bounds);
        var left = await view._reader.GetRootAsync(here, cancellationToken);
        var right = await view._reader.GetRootAsync(version, cancellationToken);
        await walk.OpenAsync(left, right, cancellationToken);
        for (var count = range.Limit ?? int.MaxValue; count > 0; count--)
        {
            if (await walk.NextAsync(cancellationToken) is not { } found)
                yield break;
            yield return new BeeDifference(
                found.Left is null ? null : _prefix.ToEntry(found.Left),
                found.Right is null ? null : _prefix.ToEntry(found.Right)
            );
        }
    }
}
