namespace Hyper.Core;

/// <summary>How long a core was after an operation.</summary>
/// <param name="Length">Number of blocks.</param>
/// <param name="ByteLength">Bytes of all blocks.</param>
public readonly record struct CoreLength(ulong Length, ulong ByteLength);
