namespace Hyper.Core;

/// <summary>How a <see cref="CorestoreStorage"/> keeps cores.</summary>
public sealed record CorestoreStorageOptions
{
    /// <summary>What a completed write has survived; <see cref="CoreDurability.Process"/> by default, as in JavaScript.</summary>
    public CoreDurability Durability { get; init; } = CoreDurability.Process;

    /// <summary>Make the store if there is none; yes by default.</summary>
    public bool CreateIfMissing { get; init; } = true;

    /// <summary>Memory for blocks of the database that were read before; 32 MiB by default.</summary>
    public int BlockCacheBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Bytes of writes that may wait for the disk before further ones have to wait; 64 MiB by default.</summary>
    public long MaxPendingBytes { get; init; } = 64 * 1024 * 1024;
}
