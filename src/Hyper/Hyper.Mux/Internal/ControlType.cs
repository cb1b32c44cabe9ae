namespace Hyper.Mux.Internal;

/// <summary>Message types of channel 0. Others are ignored.</summary>
internal static class ControlType
{
    public const ulong Batch = 0;
    public const ulong Open = 1;
    public const ulong Reject = 2;
    public const ulong Close = 3;
}
