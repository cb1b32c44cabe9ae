namespace Hyper.Core.Internal;

/// <summary>What an atom has done to the blocks of a core so far: cut it at a length, then appended.</summary>
/// <param name="Start">Length after the deepest truncation, or before the first append.</param>
/// <param name="Appends">Blocks behind it.</param>
/// <param name="IsTruncated">Whether something was cut.</param>
internal readonly record struct PendingBits(ulong Start, ulong Appends, bool IsTruncated);
