namespace Hyper.Core.Internal;

/// <summary>Message type 7 of a replication channel: which blocks the sender has, replacing what was known of them.</summary>
/// <param name="Start">The block of the first bit; a multiple of 32 from a peer that keeps the rules.</param>
/// <param name="Words">
/// Little-endian words of 32 bits as they are sent, so bit i is bit (i &amp; 7) of byte i &gt;&gt; 3. A message that was read
/// refers to the bytes it was read from.
/// </param>
internal readonly record struct BitfieldMessage(ulong Start, ReadOnlyMemory<byte> Words);
