using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>Which core to open, and how.</summary>
public sealed record HypercoreOptions : CoreSessionOptions
{
    /// <summary>The core's key. Without it, <see cref="Manifest"/> or <see cref="KeyPair"/> decides; without all, a new core is made.</summary>
    public Bytes32? Key { get; init; }

    /// <summary>Who may sign. By default the one signer of <see cref="KeyPair"/>.</summary>
    public Manifest? Manifest { get; init; }

    /// <summary>What signs appends. By default the one that is stored with the core; disposed by its owner.</summary>
    public KeyPair? KeyPair { get; init; }

    /// <summary>
    /// A new core gets its public key as key, as cores from before manifests. No by default (JavaScript's bare Hypercore: yes;
    /// its Corestore: no).
    /// </summary>
    public bool IsCompat { get; init; }

    /// <summary>Signatures omit the namespace, as those of the oldest cores.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>User data that a new core begins with.</summary>
    public IReadOnlyDictionary<string, byte[]> UserData { get; init; } = new Dictionary<string, byte[]>();
}
