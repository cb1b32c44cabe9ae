using Hyper.Bee;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>Runs the partner's operations on our side and shows answers as the partner does.</summary>
internal static class OurBee
{
    /// <summary>What a read gave; null for a write.</summary>
    public static async Task<JsBee.Entry[]?> RunAsync(Hyperbee bee, JsBee.Operation operation)
    {
        switch (operation.Verb)
        {
            case "put":
                await bee.PutAsync(Bytes(operation.Key!), Value(operation), Swap(operation));
                return null;
            case "del":
                await bee.DeleteAsync(Bytes(operation.Key!), Swap(operation));
                return null;
            case "batch":
                await RunBatchAsync(bee, operation.Parts!);
                return null;
            case "truncate":
                if (operation.Version <= bee.Core.Length)
                    await bee.Core.TruncateAsync(operation.Version);
                return null;
            case "get":
                return await bee.GetAsync(Bytes(operation.Key!)) is { } entry ? [Show(entry)] : [];
            case "range":
                return await CollectAsync(bee.GetRangeAsync(Range(operation)), entry => [Show(entry)]);
            case "history":
                return await CollectAsync(
                    bee.GetHistoryAsync(new BeeHistoryRange { Reverse = operation.Reverse }),
                    change => [Show(change.Entry) with { Deleted = change.IsDeletion }]
                );
            default:
                return await CollectAsync(
                    bee.GetDifferencesAsync(Math.Max(1, operation.Version), Range(operation)),
                    Show
                );
        }
    }

    private static async Task RunBatchAsync(Hyperbee bee, IReadOnlyList<JsBee.Operation> parts)
    {
        await using var batch = bee.CreateBatch();
        foreach (var part in parts)
        {
            if (part.Verb == "put")
                await batch.PutAsync(Bytes(part.Key!), Value(part), Swap(part));
            else
                await batch.DeleteAsync(Bytes(part.Key!), Swap(part));
        }
        await batch.FlushAsync();
    }

    private static async Task<JsBee.Entry[]> CollectAsync<T>(IAsyncEnumerable<T> items, Func<T, JsBee.Entry[]> show)
    {
        var found = new List<JsBee.Entry>();
        await foreach (var item in items)
            found.AddRange(show(item));
        return [.. found];
    }

    private static BeeCompareAndSwap? Swap(JsBee.Operation operation) =>
        operation.Refuse ? (_, _) => ValueTask.FromResult(false) : null;

    private static BeeRange Range(JsBee.Operation operation) =>
        new()
        {
            Gt = Memory(operation.Gt),
            Gte = Memory(operation.Gte),
            Lt = Memory(operation.Lt),
            Lte = Memory(operation.Lte),
            Reverse = operation.Reverse,
            Limit = operation.Limit < 0 ? null : operation.Limit,
        };

    private static ReadOnlyMemory<byte>? Value(JsBee.Operation operation) => Memory(operation.Value);

    private static ReadOnlyMemory<byte>? Memory(string? hex) => hex is null ? (ReadOnlyMemory<byte>?)null : Bytes(hex);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static JsBee.Entry[] Show(BeeDifference difference)
    {
        JsBee.Entry[] left = difference.Left is { } a ? [Show(a) with { Left = true }] : [];
        return difference.Right is { } b ? [.. left, Show(b)] : left;
    }

    private static JsBee.Entry Show(BeeEntry entry) =>
        new(
            entry.Seq,
            Convert.ToHexStringLower(entry.Key.Span),
            entry.Value is { } value ? Convert.ToHexStringLower(value.Span) : null
        );
}
