using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>A core that has something new, and how long it is there.</summary>
public readonly record struct WakeupWriter(Bytes32 Key, ulong Length);
