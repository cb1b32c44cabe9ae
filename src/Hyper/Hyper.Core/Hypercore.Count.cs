namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>
    /// How many blocks of the core from <paramref name="start"/> up to but without <paramref name="end"/> are stored here. Takes
    /// a few microseconds, whatever the core's length: fit for a progress bar.
    /// </summary>
    public ulong CountStored(ulong start, ulong end)
    {
        VerifyOpen();
        return start < end ? _core.Bitfield.CountSet(start, end - start) : 0;
    }
}
