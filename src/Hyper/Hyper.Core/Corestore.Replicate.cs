using Hyper.SecretStream;

namespace Hyper.Core;

public sealed partial class Corestore
{
    /// <summary>
    /// Replicates over a connection: every core that has a session, now or later, and every stored one that the other side
    /// opens a channel for. Other protocols may share the connection through its mux. Ends with the connection.
    /// </summary>
    /// <param name="stream">A connection that nobody reads, or that a <see cref="Mux.Protomux"/> reads. Stays its owner's.</param>
    public void Replicate(NoiseSecretStream stream)
    {
        _store.Loop.VerifyAccess();
        _store.VerifyOpen();
        _store.ReplicateAll(_store.GetLink(stream));
    }
}
