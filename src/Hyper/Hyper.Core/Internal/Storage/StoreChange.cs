namespace Hyper.Core.Internal;

/// <summary>One change of a batch, in place.</summary>
internal readonly ref struct StoreChange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, StoreChangeKind kind)
{
    public StoreChangeKind Kind { get; } = kind;

    /// <summary>The key; the begin of a range.</summary>
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>The value; the exclusive end of a range.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
