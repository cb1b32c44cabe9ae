namespace Hyper.Core.Internal;

/// <param name="Bytes">Position in the core, without padding.</param>
/// <param name="Padding">Bytes in front of each block that do not count.</param>
internal readonly record struct SeekRequest(ulong Bytes, ulong Padding);
