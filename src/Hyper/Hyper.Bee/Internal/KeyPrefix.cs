namespace Hyper.Bee.Internal;

/// <summary>The prefix that all keys of a sub-database have; empty for the whole bee.</summary>
internal readonly record struct KeyPrefix(ReadOnlyMemory<byte> Bytes)
{
    public bool IsEmpty => Bytes.IsEmpty;

    public ReadOnlyMemory<byte> Add(ReadOnlyMemory<byte> key) => IsEmpty ? key : Join(key.Span);

    /// <summary>The prefix of a sub-database inside this one.</summary>
    public KeyPrefix Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> separator) =>
        new((byte[])[.. Bytes.Span, .. name, .. separator]);

    /// <summary>Whether a key is one of these.</summary>
    public bool Covers(ReadOnlyMemory<byte> key) => key.Span.StartsWith(Bytes.Span);

    /// <summary>The first key behind all of these; null if there is none.</summary>
    public ReadOnlyMemory<byte>? Next()
    {
        var next = Bytes.ToArray().AsSpan();
        next = next.TrimEnd(byte.MaxValue);
        if (next.IsEmpty)
            return null;
        next[^1]++;
        return next.ToArray();
    }

    public BeeEntry Strip(BeeEntry entry) => IsEmpty ? entry : entry with { Key = entry.Key[Bytes.Length..] };

    public BeeEntry ToEntry(BeeBlock block) => new(block.Seq, block.Key[Bytes.Length..], block.Value);

    public BeeCompareAndSwap? Wrap(BeeCompareAndSwap? compareAndSwap)
    {
        if (compareAndSwap is null || IsEmpty)
            return compareAndSwap;
        var prefix = this;
        return (current, next) => compareAndSwap(prefix.Strip(current), prefix.Strip(next));
    }

    private byte[] Join(ReadOnlySpan<byte> key) => [.. Bytes.Span, .. key];
}
