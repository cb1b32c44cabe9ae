using Hyper.Dht.Internal.Connecting;
using Hyper.Encoding;
using Hyper.SecretStream;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    /// <summary>Connects to the peer that listens under <paramref name="publicKey"/>.</summary>
    /// <param name="publicKey">The peer's key; the connection proves that the other side has it.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// An open stream, to be started. As in JS it is open once there is a path: that the peer takes the connection is
    /// certain only when something arrives, and if it does not the stream fails after some seconds.
    /// </returns>
    /// <exception cref="HyperDhtException">There is no such peer, no path to it, it says no, or the node is suspended or closed.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<NoiseSecretStream> ConnectAsync(
        Bytes32 publicKey,
        DhtConnectOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDestroyed();
        ThrowIfSuspended();
        cancellationToken.ThrowIfCancellationRequested();
        using var attempt = new ConnectAttempt(this, publicKey, options ?? new DhtConnectOptions(), cancellationToken);
        _attempts.Add(attempt);
        try
        {
            return await attempt.RunAsync(cancellationToken);
        }
        finally
        {
            _attempts.Remove(attempt);
        }
    }
}
