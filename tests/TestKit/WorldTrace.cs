using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hyper.Loop;

namespace TestKit;

/// <summary>
/// What a run of a <see cref="SimulatedWorld"/> did on the network: every datagram that was sent, with its time, addresses
/// and bytes, in order. Two runs of one seed have equal traces, or something in them is not fixed by the seed.
/// </summary>
/// <remarks>Kept are 40 bytes an event, not the datagrams. Belongs to the world that it is set on.</remarks>
public sealed class WorldTrace : IDisposable
{
    private const int HeadBytes = 8 + 2 * 18;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<Mark> _marks = [];

    /// <summary>Number of datagrams sent.</summary>
    public int Count => _marks.Count;

    /// <summary>SHA-256 of all events so far, in lower-case hexadecimal.</summary>
    public string Fingerprint => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Null when both runs were the same to the last bit; else what the first difference is.</summary>
    public static string? FindDifference(WorldTrace first, WorldTrace second)
    {
        var common = Math.Min(first.Count, second.Count);
        for (var i = 0; i < common; i++)
        {
            if (first._marks[i] != second._marks[i])
                return $"Event {i} of {first.Count} and {second.Count}: {first._marks[i]} in one run, {second._marks[i]} in the other.";
        }
        return first.Count == second.Count ? null : $"One run has {first.Count} events, the other {second.Count}.";
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    internal void Add(long now, in UdpAddress from, in UdpAddress to, ReadOnlySpan<byte> datagram)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        BinaryPrimitives.WriteInt64LittleEndian(head, now);
        Write(head[8..], from);
        Write(head[26..], to);
        _hash.AppendData(head);
        _hash.AppendData(datagram);
        _marks.Add(new Mark(now, from, to, datagram.Length, Mix(datagram)));
    }

    private static void Write(Span<byte> destination, in UdpAddress address)
    {
        address.WriteIPv6(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[16..], address.Port);
    }

    // Tells events apart, no more: the fingerprint is what proves.
    private static ulong Mix(ReadOnlySpan<byte> datagram)
    {
        const ulong Odd = 0x9E37_79B9_7F4A_7C15;
        var mixed = (ulong)datagram.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(datagram);
        foreach (var word in words)
            mixed = BitOperations.RotateLeft((mixed ^ word) * Odd, 29);
        foreach (var rest in datagram[(words.Length * sizeof(ulong))..])
            mixed = BitOperations.RotateLeft((mixed ^ rest) * Odd, 29);
        return mixed;
    }

    private readonly record struct Mark(long Ticks, UdpAddress From, UdpAddress To, int Bytes, ulong Content)
    {
        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{From} to {To}, {Bytes} bytes of content {Content:x16} at {TimeSpan.FromTicks(Ticks)}"
            );
    }
}
