using System.Buffers;
using System.Buffers.Binary;
using Hyper.Core.Internal;

namespace Hyper.Core;

/// <summary>
/// Makes keys of several parts that sort as their parts do, byte for byte those of index-encoder 3.5.0: for the keys of a
/// Hyperbee that other apps read. The parts and their order are an agreement of the apps; a key does not say them.
/// </summary>
public sealed class IndexKeyWriter
{
    /// <summary>The largest number that JavaScript is exact with, 2^53 - 1.</summary>
    public const long MaxNumber = (1L << 53) - 1;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Adds a number that is never negative (<c>uint</c>); also the prefix of an index.</summary>
    public IndexKeyWriter AddUInt(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, (ulong)MaxNumber);
        _bytes.Advance(IndexEncoding.WriteUInt(_bytes.GetSpan(IndexEncoding.MaxUIntBytes), value));
        return this;
    }

    /// <summary>Adds a number that may be negative (<c>int</c>), at most 2^53 - 1 away from zero.</summary>
    public IndexKeyWriter AddInt(long value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxNumber);
        ArgumentOutOfRangeException.ThrowIfLessThan(value, -MaxNumber);
        _bytes.Advance(IndexEncoding.WriteInt(_bytes.GetSpan(IndexEncoding.MaxUIntBytes), value));
        return this;
    }

    /// <summary>Adds a time, to the millisecond (<c>date</c>).</summary>
    public IndexKeyWriter AddDate(DateTimeOffset value) => AddInt(value.ToUnixTimeMilliseconds());

    /// <summary>Adds yes or no (<c>bool</c>).</summary>
    public IndexKeyWriter AddBool(bool value) => AddUInt(value ? 1UL : 0);

    /// <summary>Adds a text (<c>string</c>).</summary>
    public IndexKeyWriter AddString(string value) => AddBytes(TextEncoding.UTF8.GetBytes(value));

    /// <summary>Adds bytes (<c>buffer</c>).</summary>
    public IndexKeyWriter AddBytes(ReadOnlySpan<byte> value)
    {
        _bytes.Advance(IndexEncoding.WriteString(_bytes.GetSpan(IndexEncoding.SizeOfString(value)), value));
        return this;
    }

    /// <summary>
    /// The key. Of the first parts of an index it is the bound from which on all keys that begin with them stand.
    /// </summary>
    public byte[] ToKey() => _bytes.WrittenSpan.ToArray();

    /// <summary>The bound behind all keys that begin with the parts so far: for <c>gt</c> and <c>lte</c> of some first parts.</summary>
    public byte[] ToEnd() => [.. _bytes.WrittenSpan, IndexEncoding.Infinity];
}
