using Hyper.Loop;

namespace Intercom.Sidechannels.Internal;

/// <summary>Work on many items that leaves the loop in several parts, for as many cores.</summary>
internal static class Parts
{
    /// <summary>Items of a part at least: less is not worth the way to the pool.</summary>
    public const int MinItems = 8;

    private static readonly int _most = Math.Min(Environment.ProcessorCount, 8);

    /// <summary>
    /// Does <paramref name="work"/> to each item, in no order; back on the loop when all are done. A fault ends its part;
    /// the first is thrown when no part touches the items any more.
    /// </summary>
    public static async Task ForEachAsync<T>(EventLoop loop, IReadOnlyList<T> items, Action<T> work)
    {
        var count = Math.Clamp(items.Count / MinItems, 1, _most);
        var parts = new Task[count];
        for (var part = 0; part < count; part++)
        {
            var first = items.Count * part / count;
            var end = items.Count * (part + 1) / count;
            parts[part] = loop.OffloadAsync(() => Run(items, first, end, work));
        }
        // One after the other: what waits for several at once comes back from the pool, not from the loop.
        foreach (var part in parts)
            await part.ConfigureAwait(
                ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing
            );
        foreach (var part in parts)
            await part;
    }

    private static bool Run<T>(IReadOnlyList<T> items, int first, int end, Action<T> work)
    {
        for (var i = first; i < end; i++)
            work(items[i]);
        return true;
    }
}
