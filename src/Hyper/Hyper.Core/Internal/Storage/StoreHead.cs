using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The record of a whole store: counters from which pointers are taken, never to be used twice, and the seed of its names.
/// Source: hypercore-storage 1.18.0, <c>@corestore/head</c>; version 2 is that of 3.3.1 and is kept as it is.
/// </summary>
internal sealed record StoreHead
{
    /// <summary>What we write; the newest JavaScript reads it too.</summary>
    public const int WrittenVersion = 1;

    public int Version { get; init; } = WrittenVersion;

    public ulong Cores { get; init; }

    public ulong Datas { get; init; }

    /// <summary>Only in version 2.</summary>
    public ulong Groups { get; init; }

    public Bytes32? Seed { get; init; }

    public Bytes32? DefaultDiscoveryKey { get; init; }

    public byte[] ToBytes()
    {
        var seedFlag = Version == 1 ? 2 : 1;
        var flags =
            (Version == 1 ? 1 : 0) | (Seed is null ? 0 : seedFlag) | (DefaultDiscoveryKey is null ? 0 : 2 * seedFlag);
        var bytes = new byte[2 + (3 * 9) + (2 * Bytes32.Length)];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt((ulong)Version);
        if (Version == 1)
            writer.WriteUInt((ulong)flags);
        writer.WriteUInt(Cores);
        writer.WriteUInt(Datas);
        if (Version != 1)
        {
            writer.WriteUInt(Groups);
            writer.WriteUInt((ulong)flags);
        }
        if (Seed is { } seed)
            writer.WriteFixed32(seed);
        if (DefaultDiscoveryKey is { } discoveryKey)
            writer.WriteFixed32(discoveryKey);
        return bytes[..writer.Position];
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out StoreHead head)
    {
        head = null!;
        var reader = new CompactReader(source);
        var (flags, cores, datas, groups) = (0UL, 0UL, 0UL, 0UL);
        if (!reader.TryReadUInt(2, out var version) || version == 0)
            return false;
        if (version == 1)
        {
            if (!reader.TryReadUInt(out flags))
                return false;
            if ((flags & 1) != 0 && !(reader.TryReadUInt(out cores) && reader.TryReadUInt(out datas)))
                return false;
        }
        else if (
            !reader.TryReadUInt(out cores)
            || !reader.TryReadUInt(out datas)
            || !reader.TryReadUInt(out groups)
            || !reader.TryReadUInt(out flags)
        )
            return false;
        var seedFlag = version == 1 ? 2UL : 1UL;
        Bytes32 seed = default,
            discoveryKey = default;
        if (
            ((flags & seedFlag) != 0 && !reader.TryReadFixed32(out seed))
            || ((flags & (2 * seedFlag)) != 0 && !reader.TryReadFixed32(out discoveryKey))
        )
            return false;
        head = new StoreHead
        {
            Version = (int)version,
            Cores = cores,
            Datas = datas,
            Groups = groups,
            Seed = (flags & seedFlag) != 0 ? seed : null,
            DefaultDiscoveryKey = (flags & (2 * seedFlag)) != 0 ? discoveryKey : null,
        };
        return true;
    }
}
