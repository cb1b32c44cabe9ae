namespace Hyper.Core.Internal;

/// <summary>
/// Bytes of blocks that were read for the peers of a store and are not sent yet, as far as averages tell. Where there is no room
/// a peer has one block at a time, so one that does not take what it asked for holds up nobody. Belongs to the loop.
/// </summary>
internal sealed class ReadBudget
{
    /// <summary>As much as eight peers read ahead.</summary>
    public const ulong MaxBytes = 16 * 1024 * 1024;

    /// <summary>Bytes that were read, or are being read.</summary>
    public ulong Taken { get; private set; }

    public bool HasRoom(ulong bytes) => Taken + bytes <= MaxBytes;

    public void Take(ulong bytes) => Taken += bytes;

    public void Return(ulong bytes) => Taken -= bytes;
}
