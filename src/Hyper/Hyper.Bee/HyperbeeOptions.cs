namespace Hyper.Bee;

/// <summary>How a bee behaves.</summary>
public sealed record HyperbeeOptions
{
    /// <summary>What block 0 says when this bee writes it.</summary>
    public BeeHeader Header { get; init; } = new();

    /// <summary>Refuse every write. No by default.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Write a value that is there already once more; yes by default, as JavaScript.</summary>
    public bool AlwaysDuplicate { get; init; } = true;

    /// <summary>What stands between the name of a sub-database and its keys; one byte 0 by default.</summary>
    public ReadOnlyMemory<byte> Separator { get; init; } = new byte[1];

    /// <summary>
    /// Tell peers what a read that waits for them needs, so that they name its blocks at once, and do the same for them. Yes by
    /// default, as JavaScript's <c>extension</c>.
    /// </summary>
    public bool HasExtension { get; init; } = true;

    /// <summary>Decoded blocks that are kept, in bytes of memory; 16 MiB by default, which is some 50,000 small entries.</summary>
    public int MaxCacheBytes { get; init; } = 16 * 1024 * 1024;
}
