namespace Hyper.Udx.Internal;

internal static class PacketFlagsExtensions
{
    /// <summary>Whether at least one of <paramref name="wanted"/> is set.</summary>
    public static bool HasAny(this PacketFlags flags, PacketFlags wanted) => (flags & wanted) != PacketFlags.State;
}
