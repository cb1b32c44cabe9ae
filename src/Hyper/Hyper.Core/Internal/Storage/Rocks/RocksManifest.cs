using System.Buffers.Binary;
using System.Numerics;

namespace Hyper.Core.Internal;

/// <summary>
/// Looks through the file that lists the tables of a database. RocksDB takes a record that is longer than the rest of the file
/// for one that was being written at a crash and silently goes on without it; but a flipped bit in a record's length looks
/// the same, and what the tables hold would be gone. So here the file has to end where a record does.
/// </summary>
/// <remarks>
/// Source: the log format of RocksDB. Blocks of 32 KiB hold records: masked CRC-32C of type and data (4), length (2),
/// type (1), data. A record does not cross blocks: it is whole (1), or the first (2), a middle (3) or the last (4) of
/// several. Less than a header at the end of a block is filled with zeros. Numbers are little endian.
/// </remarks>
internal static class RocksManifest
{
    private const int BlockBytes = 32 * 1024;
    private const int HeaderBytes = 7;
    private const int TypeAt = 6;
    private const byte Whole = 1;
    private const byte First = 2;
    private const byte Last = 4;
    private const uint MaskAdded = 0xa282ead8;
    private const int MaskRotated = 17;

    /// <summary>Checks the one that <c>CURRENT</c> names; what is missing altogether is left for RocksDB to tell.</summary>
    /// <exception cref="HypercoreException">STORAGE_CORRUPT.</exception>
    public static void Verify(string database)
    {
        var current = Path.Combine(database, "CURRENT");
        if (!File.Exists(current))
            return;
        var path = Path.Combine(database, Path.GetFileName(File.ReadAllText(current).TrimEnd('\n')));
        if (!File.Exists(path))
            return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (FindDamage(file) is { } at)
            throw new HypercoreException(
                HypercoreErrorCode.StorageCorrupt,
                $"The list of tables is damaged or cut short: {Path.GetFileName(path)} has no whole record at byte {at}."
            );
    }

    /// <summary>Where the first record begins that is not as it was written; null without one.</summary>
    internal static long? FindDamage(Stream file)
    {
        var block = new byte[BlockBytes];
        var isOpen = false;
        for (var start = 0L; ; start += BlockBytes)
        {
            var length = file.ReadAtLeast(block, BlockBytes, throwOnEndOfStream: false);
            var position = 0;
            while (position < length && BlockBytes - position >= HeaderBytes)
            {
                if (!TryReadRecord(block.AsSpan(position, length - position), out var type, out var size))
                    return start + position;
                if (type is >= Whole and <= Last && isOpen != type is not (Whole or First))
                    return start + position;
                isOpen = type is >= First and < Last;
                position += size;
            }
            if (length < BlockBytes)
                return isOpen ? start + length : null;
        }
    }

    private static bool TryReadRecord(ReadOnlySpan<byte> bytes, out byte type, out int size)
    {
        (type, size) = (0, 0);
        if (bytes.Length < HeaderBytes)
            return false;
        type = bytes[TypeAt];
        size = HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        return size <= bytes.Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Checksum(bytes[TypeAt..size]);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateLeft(~crc, MaskRotated) + MaskAdded;
    }
}
