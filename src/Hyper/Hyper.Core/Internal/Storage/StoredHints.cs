using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// What would be slow to find out at opening, and is not believed. Source: hypercore-storage 1.18.0, <c>@core/hints</c>; the
/// two numbers that 3.3.1 adds are kept.
/// </summary>
/// <param name="ContiguousLength">First block that is missing, or less; 0 is not written.</param>
/// <param name="RemoteContiguousLength">3.3.1: the same of some peer.</param>
/// <param name="Recovering">3.3.1: time at which its recovery began.</param>
internal readonly record struct StoredHints(
    ulong ContiguousLength,
    ulong? RemoteContiguousLength = null,
    ulong? Recovering = null
)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[1 + (3 * 9)];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt8(
            (byte)(
                (ContiguousLength == 0 ? 0 : 1)
                | (RemoteContiguousLength is null ? 0 : 2)
                | (Recovering is null ? 0 : 4)
            )
        );
        if (ContiguousLength != 0)
            writer.WriteUInt(ContiguousLength);
        if (RemoteContiguousLength is { } remote)
            writer.WriteUInt(remote);
        if (Recovering is { } recovering)
            writer.WriteUInt(recovering);
        return bytes[..writer.Position];
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out StoredHints hints)
    {
        hints = default;
        var reader = new CompactReader(source);
        var (contiguous, remote, recovering) = (0UL, 0UL, 0UL);
        if (
            !reader.TryReadUInt(out var flags)
            || ((flags & 1) != 0 && !reader.TryReadUInt(out contiguous))
            || ((flags & 2) != 0 && !reader.TryReadUInt(out remote))
            || ((flags & 4) != 0 && !reader.TryReadUInt(out recovering))
        )
            return false;
        hints = new StoredHints(contiguous, (flags & 2) != 0 ? remote : null, (flags & 4) != 0 ? recovering : null);
        return true;
    }
}
