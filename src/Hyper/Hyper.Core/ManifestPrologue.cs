using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>The beginning of a core that its key fixes: it needs no signature and cannot be truncated.</summary>
/// <param name="Hash">Tree hash of the first <paramref name="Length"/> blocks.</param>
/// <param name="Length">Number of blocks.</param>
public readonly record struct ManifestPrologue(Bytes32 Hash, ulong Length);
