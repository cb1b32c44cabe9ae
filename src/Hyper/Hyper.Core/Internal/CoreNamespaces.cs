using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>The constants under which this room hashes and signs. Source: hypercore 11.18.3, lib/caps.js; corestore 7.5.0;
/// protomux-wakeup 2.4.0, index.js.</summary>
internal static class CoreNamespaces
{
    private const string Hypercore = "hypercore";

    public static Bytes32 Tree { get; } = HyperNamespace.Derive(Hypercore, 0);

    public static Bytes32 ReplicateInitiator { get; } = HyperNamespace.Derive(Hypercore, 1);

    public static Bytes32 ReplicateResponder { get; } = HyperNamespace.Derive(Hypercore, 2);

    public static Bytes32 Manifest { get; } = HyperNamespace.Derive(Hypercore, 3);

    public static Bytes32 Default { get; } = HyperNamespace.Derive(Hypercore, 4);

    public static Bytes32 DefaultEncryption { get; } = HyperNamespace.Derive(Hypercore, 5);

    public static Bytes32 Corestore { get; } = HyperNamespace.Derive("corestore", 0);

    public static Bytes32 WakeupInitiator { get; } = HyperNamespace.Derive(ProtomuxWakeup.Protocol, 0);

    public static Bytes32 WakeupResponder { get; } = HyperNamespace.Derive(ProtomuxWakeup.Protocol, 1);
}
