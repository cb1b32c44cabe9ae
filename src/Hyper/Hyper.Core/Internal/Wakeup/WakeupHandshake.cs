using Hyper.Encoding;

namespace Hyper.Core.Internal;

internal readonly record struct WakeupHandshake(Bytes32 Capability, bool IsActive);
