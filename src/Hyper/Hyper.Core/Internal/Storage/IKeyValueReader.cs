using System.Buffers;

namespace Hyper.Core.Internal;

/// <summary>An ordered store of bytes, as it is now or as it was when a snapshot was taken.</summary>
internal interface IKeyValueReader
{
    /// <summary>Looks a key up without touching the disk. Called on the loop. A value that is found is disposed by the caller.</summary>
    Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value);

    /// <summary>
    /// Looks up a value that is only passed on: a large one is lent where the database has it, and given back by disposing it.
    /// Null unless it is found. May block if <paramref name="mayBlock"/>.
    /// </summary>
    Lookup Lend(ReadOnlySpan<byte> key, bool mayBlock, out IMemoryOwner<byte>? value);

    /// <summary>Looks keys up wherever they are; null where there is none. May block.</summary>
    byte[]?[] GetMany(IReadOnlyList<byte[]> keys);

    /// <summary>
    /// The entries from <paramref name="start"/> up to but without <paramref name="end"/>, at most <paramref name="limit"/>,
    /// in order or from the end. May block.
    /// </summary>
    List<StoredEntry> ReadRange(byte[] start, byte[] end, int limit, bool reverse);
}
