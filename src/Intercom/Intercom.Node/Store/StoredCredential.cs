using Intercom.Bridge;

namespace Intercom.Node.Store;

/// <summary>A credential as the store keeps it: what the bridge takes, and when it was made.</summary>
/// <param name="Credential">The credential; of its token only the hash is there.</param>
/// <param name="CreatedAt">When it was made; null when the file does not say.</param>
public sealed record StoredCredential(BridgeCredential Credential, DateTimeOffset? CreatedAt);
