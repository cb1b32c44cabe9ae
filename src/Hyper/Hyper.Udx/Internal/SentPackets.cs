using System.Diagnostics;

namespace Hyper.Udx.Internal;

/// <summary>
/// The packets in [<see cref="First"/>, <see cref="Next"/>): a ring by sequence number, from the first that is not
/// cumulatively acknowledged to the next one to be made.
/// </summary>
/// <remarks>
/// Two lists run through the ring: packets in flight in order of their latest transmission, which is the order in which
/// RACK asks about them, and lost packets in the order in which they are to be repeated. An acknowledged packet is on
/// neither and holds a link to a later packet instead, so a run of acknowledged packets is stepped over once and not
/// packet by packet again with every SACK (union-find with path halving). The ring grows to
/// <see cref="MaxPackets"/> and is kept for the stream's life.
/// </remarks>
internal sealed class SentPackets(long firstSequence)
{
    /// <summary>Packets between the oldest unacknowledged one and the newest; no more are sent until it moves.</summary>
    public const int MaxPackets = 16_384;

    /// <summary>No packet.</summary>
    public const long None = long.MinValue;

    private const int InitialCapacity = 16;

    private SentPacket[] _ring = new SentPacket[InitialCapacity];
    private long _flightHead = None;
    private long _flightTail = None;
    private long _lostHead = None;
    private long _lostTail = None;
    private int _path;

    /// <summary>The oldest packet that is not cumulatively acknowledged.</summary>
    public long First { get; private set; } = firstSequence;

    /// <summary>The sequence number of the next new packet.</summary>
    public long Next { get; private set; } = firstSequence;

    /// <summary>Packets between <see cref="First"/> and <see cref="Next"/>.</summary>
    public int Count => (int)(Next - First);

    /// <summary>Whether no further packet may be made now.</summary>
    public bool IsFull => Count >= MaxPackets;

    /// <summary>Packets beyond a gap that have arrived.</summary>
    public int SackedCount { get; private set; }

    /// <summary>Their payload.</summary>
    public long SackedBytes { get; private set; }

    /// <summary>
    /// Size of the packets in flight on the present path; lost and arrived ones do not count, nor what is still out on an
    /// earlier path.
    /// </summary>
    public long BytesInFlight { get; private set; }

    public bool IsAnyInFlight => _flightHead != None;

    /// <summary>The packet whose latest transmission is longest ago, or <see cref="None"/>.</summary>
    public long OldestInFlight => _flightHead;

    /// <summary>The packet transmitted last, or <see cref="None"/>.</summary>
    public long NewestInFlight => _flightTail;

    /// <summary>The lost packet to be repeated next, or <see cref="None"/>.</summary>
    public long FirstLost => _lostHead;

    /// <summary>The packet that was last declared lost, of those that still wait to be repeated, or <see cref="None"/>.</summary>
    public long NewestLost => _lostTail;

    public ref SentPacket this[long sequence]
    {
        get
        {
            Debug.Assert(sequence >= First && sequence < Next);
            return ref Slot(sequence);
        }
    }

    /// <summary>Makes the next packet. It is in no list until <see cref="OnTransmitted"/>.</summary>
    public long Append(in ChunkRange payload, PacketFlags flags)
    {
        if (Count == _ring.Length)
            Grow();
        var sequence = Next++;
        Slot(sequence) = new SentPacket
        {
            Payload = payload,
            Flags = flags,
            State = SentPacketState.Lost,
            Previous = None,
            Next = None,
        };
        return sequence;
    }

    /// <summary>
    /// What leaves from now on takes another path. What is out stays in flight, but not on the path that
    /// <see cref="BytesInFlight"/> is about.
    /// </summary>
    public void BeginPath()
    {
        _path++;
        BytesInFlight = 0;
    }

    /// <summary>Whether the latest transmission took the present path.</summary>
    public bool IsOnPath(in SentPacket packet) => packet.Path == _path;

    /// <summary>Notes a first or repeated transmission.</summary>
    public void OnTransmitted(long sequence, long now)
    {
        ref var packet = ref this[sequence];
        if (packet.State == SentPacketState.InFlight)
        {
            LeaveFlight(ref packet);
        }
        else if (packet.Transmissions > 0)
        {
            Unlink(ref packet, ref _lostHead, ref _lostTail);
        }
        packet.State = SentPacketState.InFlight;
        packet.SentAt = now;
        if (packet.Transmissions == 0)
            packet.FirstSentAt = now;
        packet.Path = _path;
        if (packet.Transmissions < byte.MaxValue)
            packet.Transmissions++;
        BytesInFlight += packet.Size;
        Link(sequence, ref packet, ref _flightHead, ref _flightTail);
    }

    public void OnLost(long sequence)
    {
        ref var packet = ref this[sequence];
        Debug.Assert(packet.State == SentPacketState.InFlight);
        LeaveFlight(ref packet);
        packet.State = SentPacketState.Lost;
        Link(sequence, ref packet, ref _lostHead, ref _lostTail);
    }

    public void OnAcknowledged(long sequence)
    {
        ref var packet = ref this[sequence];
        Debug.Assert(packet.State != SentPacketState.Acknowledged);
        if (packet.State == SentPacketState.InFlight)
        {
            LeaveFlight(ref packet);
        }
        else
        {
            Unlink(ref packet, ref _lostHead, ref _lostTail);
        }
        packet.State = SentPacketState.Acknowledged;
        packet.Next = sequence + 1;
        SackedCount++;
        SackedBytes += packet.Payload.Length;
    }

    /// <summary>The first packet from <paramref name="sequence"/> on that has not arrived, or <see cref="Next"/>.</summary>
    public long FindUnacknowledged(long sequence)
    {
        while (sequence < Next)
        {
            ref var packet = ref Slot(sequence);
            if (packet.State != SentPacketState.Acknowledged)
                return sequence;
            var next = packet.Next;
            if (next < Next)
            {
                ref var following = ref Slot(next);
                if (following.State == SentPacketState.Acknowledged)
                    packet.Next = next = following.Next;
            }
            sequence = next;
        }
        return Next;
    }

    /// <summary>Moves <see cref="First"/> past one arrived packet.</summary>
    /// <returns>The bytes of its payload.</returns>
    public int RemoveFirst()
    {
        ref var packet = ref this[First];
        Debug.Assert(packet.State == SentPacketState.Acknowledged);
        var bytes = packet.Payload.Length;
        packet.Payload = default;
        SackedCount--;
        SackedBytes -= bytes;
        First++;
        return bytes;
    }

    /// <summary>Forgets all packets; <see cref="Next"/> stays.</summary>
    public void Clear()
    {
        _ring = new SentPacket[1];
        _flightHead = _flightTail = _lostHead = _lostTail = None;
        First = Next;
        SackedCount = 0;
        SackedBytes = BytesInFlight = 0;
    }

    private void LeaveFlight(ref SentPacket packet)
    {
        Unlink(ref packet, ref _flightHead, ref _flightTail);
        if (IsOnPath(packet))
            BytesInFlight -= packet.Size;
    }

    private ref SentPacket Slot(long sequence) => ref _ring[(int)sequence & (_ring.Length - 1)];

    private void Link(long sequence, ref SentPacket packet, ref long head, ref long tail)
    {
        packet.Previous = tail;
        packet.Next = None;
        if (tail == None)
            head = sequence;
        else
            Slot(tail).Next = sequence;
        tail = sequence;
    }

    private void Unlink(ref SentPacket packet, ref long head, ref long tail)
    {
        if (packet.Previous == None)
            head = packet.Next;
        else
            Slot(packet.Previous).Next = packet.Next;
        if (packet.Next == None)
            tail = packet.Previous;
        else
            Slot(packet.Next).Previous = packet.Previous;
    }

    private void Grow()
    {
        var old = _ring;
        _ring = new SentPacket[old.Length * 2];
        for (var sequence = First; sequence < Next; sequence++)
            Slot(sequence) = old[(int)sequence & (old.Length - 1)];
    }
}
