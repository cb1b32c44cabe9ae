namespace Hyper.Udx.Internal;

/// <summary>The flag byte of a packet. Bits that are not named here are ignored on receipt and never sent.</summary>
[Flags]
internal enum PacketFlags : byte
{
    /// <summary>No flag: a bare acknowledgement, called STATE.</summary>
    State = 0,

    /// <summary>Carries bytes of the ordered stream and consumes a sequence number.</summary>
    Data = 1,

    /// <summary>The last packet of its direction; consumes a sequence number, alone or together with DATA.</summary>
    End = 2,

    /// <summary>Carries ranges of packets that arrived beyond a gap.</summary>
    Sack = 4,

    /// <summary>Carries one unordered, unreliable message.</summary>
    Message = 8,

    /// <summary>The sender has given the stream up.</summary>
    Destroy = 16,

    /// <summary>Asks for a STATE. Known from libudx with #265 on; older peers take it for a STATE.</summary>
    Heartbeat = 32,
}
