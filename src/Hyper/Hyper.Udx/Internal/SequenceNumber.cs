namespace Hyper.Udx.Internal;

/// <summary>
/// Sequence numbers are 32 bits on the wire and wrap. Inside, a stream counts in 64 bits and never wraps, so every
/// comparison is the plain one; this is the only place that knows of wrapping.
/// </summary>
internal static class SequenceNumber
{
    /// <summary>The 64-bit number nearest to <paramref name="reference"/> whose low 32 bits are the wire's.</summary>
    public static long Expand(uint wire, long reference) => reference + (int)(wire - (uint)reference);
}
