using Hyper.Dht.Internal.Connecting;
using Hyper.Encoding;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    /// <summary>Connects to the peer that listens under <paramref name="publicKey"/>.</summary>
    /// <param name="publicKey">The peer's key; the connection proves that the other side has it.</param>
    /// <param name="options">How to go about it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// An open stream, to be started. As in JS it is open once there is a path: that the peer takes the connection is
    /// certain only when something arrives, and if it does not the stream fails after some seconds. When a relay opened
    /// it, a direct path is looked for meanwhile, and the stream moves there without a break.
    /// </returns>
    /// <exception cref="HyperDhtException">
    /// There is no such peer, no path to it, it says no, or the node is suspended or closed.
    /// <see cref="HyperDhtException.Report"/> tells what was tried.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<NoiseSecretStream> ConnectAsync(
        Bytes32 publicKey,
        DhtConnectOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new DhtConnectOptions();
        var startedAt = Loop.Time.GetTimestamp();
        var left = Options.ConnectTimeout;
        while (true)
        {
            try
            {
                return (await ConnectOnceAsync(publicKey, options, cancellationToken, left)).Stream;
            }
            catch (HyperDhtException error) when (FindNextTry(error, options) is { } next)
            {
                left = Options.ConnectTimeout - Loop.Time.GetElapsedTime(startedAt);
                if (left <= TimeSpan.Zero || IsDestroyed || IsSuspended)
                    throw;
                options = next;
            }
        }
    }

    internal async Task<(NoiseSecretStream Stream, UdxStream Transport)> ConnectOnceAsync(
        Bytes32 publicKey,
        DhtConnectOptions options,
        CancellationToken cancellationToken,
        TimeSpan? limit = null
    )
    {
        ThrowIfDestroyed();
        ThrowIfSuspended();
        cancellationToken.ThrowIfCancellationRequested();
        var attempt = new ConnectAttempt(this, publicKey, options, limit ?? Options.ConnectTimeout);
        _attempts.Add(attempt);
        return (await attempt.RunAsync(cancellationToken), attempt.Stream);
    }

    internal void Forget(ConnectAttempt attempt) => _attempts.Remove(attempt);

    /// <summary>How it is worth trying once more, with another handshake, or null. Each way is tried once.</summary>
    private static DhtConnectOptions? FindNextTry(HyperDhtException error, DhtConnectOptions options)
    {
        // The server has forgotten the handshake, but its probes reach us: it takes no punch to get there.
        if (error.Report is { IsPutOffInReach: true } && !options.WaitsForEcho)
            return options with { WaitsForEcho = true, Report = null };
        // The server learns of a relay by the handshake alone.
        return IsRelayWorthTrying(error, options) ? options with { ForceRelay = true, Report = null } : null;
    }

    /// <summary>Whether both sides were there and only a path was missing, which a relay can give.</summary>
    private static bool IsRelayWorthTrying(HyperDhtException error, DhtConnectOptions options) =>
        options is { RelayThrough: not null, ForceRelay: false }
        && error.Report is { Steps: var steps }
        && steps.All(step => step.Phase != DhtConnectPhase.Relay)
        && error.Code
            is HyperDhtErrorCode.HolepunchAborted
                or HyperDhtErrorCode.HolepunchProbeTimeout
                or HyperDhtErrorCode.DoubleRandomizedNats
                or HyperDhtErrorCode.RemoteNotHolepunchable
                or HyperDhtErrorCode.RemoteNotHolepunching
                or HyperDhtErrorCode.RemoteAborted
                or HyperDhtErrorCode.CannotHolepunch;
}
