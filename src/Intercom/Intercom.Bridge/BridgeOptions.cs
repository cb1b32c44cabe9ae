using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intercom.Bridge;

/// <summary>
/// How the bridge listens and whom it serves. Each property names its flag of the JavaScript version; those without are
/// bounds that version does not have.
/// </summary>
public sealed record BridgeOptions
{
    /// <summary>Port of the JavaScript version.</summary>
    public const int DefaultPort = 49222;

    /// <summary>
    /// Address to listen on: a loopback address or <c>localhost</c>; another one only with <see cref="AllowRemote"/> and
    /// <see cref="Certificate"/>. <c>--sc-bridge-host</c>. Default <c>127.0.0.1</c>.
    /// </summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>
    /// Port to listen on; 0 lets the system choose, see <see cref="ScBridge.Port"/>. <c>--sc-bridge-port</c>.
    /// Default 49222.
    /// </summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Whether the bridge may listen where other machines reach it. Default false.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>With it the bridge speaks TLS only (<c>wss</c>). Default none.</summary>
    public BridgeCertificate? Certificate { get; init; }

    /// <summary>What clients have to present. Never logged. <c>--sc-bridge-token</c>. No default: it must be set.</summary>
    public required string Token { get; init; }

    /// <summary>
    /// Filter of clients that set none: words that must all occur, groups of them divided by <c>|</c>.
    /// <c>--sc-bridge-filter</c>. Default none.
    /// </summary>
    public string Filter { get; init; } = "";

    /// <summary>Channels that filters apply to; null means all. <c>--sc-bridge-filter-channel</c>. Default null.</summary>
    public IReadOnlyList<string>? FilterChannels { get; init; }

    /// <summary>
    /// Values of the Origin header that are let in. Browsers send one with every page's connection; programs do not.
    /// Default none: no web page can use the bridge.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// Public keys, hexadecimal, whose messages are told with <c>"trust":"trusted"</c>, for agents to do what those ask.
    /// <c>--sc-bridge-trusted-keys</c>. Default none.
    /// </summary>
    public IReadOnlyList<string> TrustedKeys { get; init; } = [];

    /// <summary>
    /// Largest frame of a client beyond the size guard of the sidechannels, in bytes. Default 64 KiB.
    /// </summary>
    public int FrameAllowanceBytes { get; init; } = 64 * 1024;

    /// <summary>Most clients at once. Default 256.</summary>
    public int MaxClients { get; init; } = 256;

    /// <summary>Most clients that have not authenticated. Default 32.</summary>
    public int MaxUnauthenticatedClients { get; init; } = 32;

    /// <summary>Longest a client may go without authenticating. Default 60 s.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Wrong tokens after which a client is disconnected. Default 5.</summary>
    public int MaxAuthenticationFailures { get; init; } = 5;

    /// <summary>Pause before the answer to a wrong token, times the client's wrong tokens so far. Default 200 ms.</summary>
    public TimeSpan AuthenticationDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Wrong tokens of all clients within a minute after which tokens are looked at one a second. Default 10.
    /// </summary>
    public int MaxFailuresPerMinute { get; init; } = 10;

    /// <summary>Events that wait for a slow client; the oldest is dropped beyond. Default 1,024.</summary>
    public int MaxQueuedEvents { get; init; } = 1024;

    /// <summary>Bytes of events that wait for a slow client. Default 8 MiB.</summary>
    public int MaxQueuedBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Time between WebSocket pings to a client; clients answer them without their program's doing. By the system's
    /// clock. <see cref="Timeout.InfiniteTimeSpan"/> for none. Default 30 s.
    /// </summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest a ping may go unanswered; then the client is taken for dead and cut off. By the system's clock.
    /// <see cref="Timeout.InfiniteTimeSpan"/> for ever. Default 60 s.
    /// </summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Longest an authenticated client may go without a request, pings of WebSocket not counted; then it is closed.
    /// Default none, as a client that only listens makes no requests.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// Runs the <c>cli</c> requests of clients; null refuses them. <c>--sc-bridge-cli</c>. Default null: whoever may use
    /// it is at the peer's keyboard.
    /// </summary>
    public IBridgeTerminal? Terminal { get; init; }

    /// <summary>Where it is taken down what clients did. Default nowhere.</summary>
    public IBridgeAudit? Audit { get; init; }

    /// <summary>Clock of pauses and time-outs. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where connections and refusals are noted. Default nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
