using System.Diagnostics;
using System.Numerics;

namespace Hyper.Udx.Internal;

/// <summary>
/// Packets that arrived beyond a gap: a ring by sequence number with one bit per place, so that finding the ranges for a
/// SACK costs one look per 64 packets whatever the sender does. Holds at most <see cref="MaxPackets"/>, each in a pooled
/// buffer; what lies further ahead is not taken.
/// </summary>
internal sealed class ReorderBuffer(BufferPool pool)
{
    /// <summary>The largest window, 16 MiB by default, in packets of 1152 bytes, and some slack.</summary>
    public const int MaxPackets = 16_384;

    private const int SlotBytes = 16;

    private const int InitialCapacity = 64;
    private const int WordBits = 64;

    private Slot[] _slots = [];
    private ulong[] _present = [];

    // One past the highest packet held; meaningless while empty.
    private long _end;

    // What the other side may not know to have come: everything new since the last ranges were written.
    private long _newsFrom = long.MaxValue;
    private long _newsTo = long.MinValue;

    public int Count { get; private set; }

    /// <summary>Size of the packets and of the ring.</summary>
    public long MemoryBytes => (long)Count * BufferPool.PacketBytes + (long)_slots.Length * SlotBytes;

    /// <summary>Whether more has come than the ranges written so far tell.</summary>
    public bool HasNews => Count > 0 && _newsFrom < _newsTo;

    /// <summary>Takes a copy of a packet beyond <paramref name="next"/>, the next one in order.</summary>
    /// <returns>False when it is held already, too far ahead, or too long.</returns>
    public bool TryStore(long sequence, long next, PacketFlags flags, ReadOnlySpan<byte> payload)
    {
        Debug.Assert(sequence > next);
        if (sequence - next >= MaxPackets || payload.Length > BufferPool.PacketBytes)
            return false;
        if (sequence - next >= _slots.Length)
            Grow(next, (int)(sequence - next) + 1);
        // A repeat of what is held is news as well: the other side does not know that we have it.
        _newsFrom = Math.Min(_newsFrom, sequence);
        _newsTo = Math.Max(_newsTo, sequence + 1);
        if (IsPresent(sequence))
            return false;
        var slot = new Slot(flags, payload.Length, payload.IsEmpty ? null : pool.RentPacket());
        payload.CopyTo(slot.Buffer);
        _slots[IndexOf(sequence)] = slot;
        _present[IndexOf(sequence) / WordBits] |= 1UL << IndexOf(sequence);
        _end = Count == 0 ? sequence + 1 : Math.Max(_end, sequence + 1);
        Count++;
        return true;
    }

    /// <summary>Memory that storing this packet takes, beyond what is there: its buffer, and the ring if it has to grow.</summary>
    public long CostOf(long sequence, long next)
    {
        var distance = sequence - next;
        var growth =
            distance < _slots.Length || distance >= MaxPackets ? 0 : CapacityFor((int)distance + 1) - _slots.Length;
        return BufferPool.PacketBytes + (long)growth * SlotBytes;
    }

    /// <summary>Hands out the packet, if it is held; give its buffer back with <see cref="Return"/>.</summary>
    public bool TryTake(long sequence, out Slot slot)
    {
        slot = default;
        if (Count == 0 || !IsPresent(sequence))
            return false;
        var index = IndexOf(sequence);
        slot = _slots[index];
        _slots[index] = default;
        _present[index / WordBits] &= ~(1UL << index);
        Count--;
        return true;
    }

    public void Return(in Slot slot)
    {
        if (slot.Buffer is not null)
            pool.Return(slot.Buffer);
    }

    /// <summary>
    /// Writes ranges held, ascending: all of them if they fit, else those around the news.
    /// </summary>
    /// <remarks>
    /// After a burst of losses there are more ranges than one packet takes. The other side remembers what it was told, so
    /// it is told what it cannot know yet, in several packets if need be (<see cref="HasNews"/>), and not the same lowest
    /// ranges again and again: a packet it never hears of it would have to take for lost.
    /// </remarks>
    /// <param name="next">The next packet in order, which is missing.</param>
    /// <param name="destination">Room for <see cref="PacketCodec.MaxSackRanges"/> ranges.</param>
    /// <returns>Bytes written.</returns>
    public int WriteRanges(long next, Span<byte> destination)
    {
        if (TryWriteRanges(next + 1, destination, out var written, out _))
        {
            ForgetNews();
            return written;
        }
        var from = StartOfRun(Math.Max(_newsFrom, next + 1), next);
        if (TryWriteRanges(from, destination, out written, out var end) || end >= _newsTo)
            ForgetNews();
        else
            _newsFrom = end;
        return written;
    }

    public void Clear()
    {
        foreach (var slot in _slots)
            Return(slot);
        _slots = [];
        _present = [];
        Count = 0;
    }

    /// <summary>Writes the ranges from a place on; false when there are more, which begin at <paramref name="end"/> or later.</summary>
    private bool TryWriteRanges(long from, Span<byte> destination, out int written, out long end)
    {
        written = 0;
        end = from;
        while (Count > 0)
        {
            var start = Find(end, isPresent: true);
            if (start >= _end)
                return true;
            if (written == PacketCodec.MaxSackRanges * PacketCodec.SackRangeBytes)
                return false;
            end = Find(start, isPresent: false);
            PacketCodec.WriteSackRange(destination[written..], (uint)start, (uint)end);
            written += PacketCodec.SackRangeBytes;
        }
        return true;
    }

    /// <summary>The lowest place from which all are held up to this one, so that a range is not told in halves.</summary>
    private long StartOfRun(long sequence, long next)
    {
        while (sequence > next + 1 && IsPresent(sequence - 1))
            sequence--;
        return sequence;
    }

    private void ForgetNews()
    {
        _newsFrom = long.MaxValue;
        _newsTo = long.MinValue;
    }

    /// <summary>The first place from <paramref name="sequence"/> on that is held or is free, or the end.</summary>
    private long Find(long sequence, bool isPresent)
    {
        while (sequence < _end)
        {
            var index = IndexOf(sequence);
            var word = _present[index / WordBits];
            var bits = (isPresent ? word : ~word) >> index;
            if (bits != 0)
                return Math.Min(sequence + BitOperations.TrailingZeroCount(bits), _end);
            sequence += WordBits - index % WordBits;
        }
        return _end;
    }

    private bool IsPresent(long sequence)
    {
        var index = IndexOf(sequence);
        return (_present[index / WordBits] >> index & 1) != 0;
    }

    private int IndexOf(long sequence) => (int)sequence & (_slots.Length - 1);

    private static int CapacityFor(int packets) =>
        Math.Max(InitialCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)packets));

    private void Grow(long next, int atLeast)
    {
        var (oldSlots, oldPresent) = (_slots, _present);
        var capacity = CapacityFor(atLeast);
        _slots = new Slot[capacity];
        _present = new ulong[capacity / WordBits];
        for (var sequence = next; oldSlots.Length > 0 && sequence < next + oldSlots.Length; sequence++)
        {
            var old = (int)sequence & (oldSlots.Length - 1);
            if ((oldPresent[old / WordBits] >> old & 1) == 0)
                continue;
            _slots[IndexOf(sequence)] = oldSlots[old];
            _present[IndexOf(sequence) / WordBits] |= 1UL << IndexOf(sequence);
        }
    }

    /// <summary>One packet: its flags and the used part of its buffer, null without payload.</summary>
    internal readonly record struct Slot(PacketFlags Flags, int Length, byte[]? Buffer)
    {
        public ReadOnlySpan<byte> Payload => Buffer.AsSpan(0, Length);
    }
}
