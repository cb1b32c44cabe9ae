using Hyper.Encoding.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intercom.Sidechannels;

/// <summary>
/// What a peer's sidechannels allow and demand. The defaults are those of the JavaScript version; each property names
/// its flag there. Properties without a flag are bounds that the JavaScript version does not have.
/// </summary>
/// <remarks>Channel names are used without the white space around them; keys are hexadecimal text of either case.</remarks>
public sealed record SidechannelOptions
{
    /// <summary>The defaults.</summary>
    public static SidechannelOptions Default { get; } = new();

    /// <summary>The channel that is always on, open to all, and cannot be left. Default <c>0000intercom</c>.</summary>
    public string EntryChannel { get; init; } = SidechannelNames.DefaultEntryChannel;

    /// <summary>Channels joined at the start besides the entry channel. <c>--sidechannels a,b</c>. Default none.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>
    /// Largest payload that is sent, in bytes of its JSON. <c>--sidechannel-max-bytes</c>. Default 1,000,000.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 1_000_000;

    /// <summary>
    /// Largest frame that is taken, in bytes. Null, the default, means <see cref="MaxMessageBytes"/> and
    /// <see cref="RelayAllowanceBytes"/>. The JavaScript version takes any size.
    /// </summary>
    public int? MaxReceivedBytes { get; init; }

    /// <summary>What relays may add to a payload that its sender made as large as allowed.</summary>
    public const int RelayAllowanceBytes = 256;

    /// <summary>
    /// Whether requests of others to open a channel are handled; if not, they are delivered like any other message.
    /// <c>--sidechannel-allow-remote-open</c>. Default true.
    /// </summary>
    public bool AllowRemoteOpen { get; init; } = true;

    /// <summary>Whether such a request is followed by joining at once. <c>--sidechannel-auto-join</c>. Default false.</summary>
    public bool AutoJoinOnOpen { get; init; }

    /// <summary>Whether messages are passed on to the other peers of the channel. Default true.</summary>
    public bool Relay { get; init; } = true;

    /// <summary>How many times an own message may be passed on. Default 3.</summary>
    public int RelayTtl { get; init; } = 3;

    /// <summary>Highest time to live a foreign message is passed on with; a higher one counts as this. Default 16.</summary>
    public int MaxRelayTtl { get; init; } = 16;

    /// <summary>Ids remembered per channel so that a message is taken once. Default 5,000.</summary>
    public int MaxSeenIds { get; init; } = 5000;

    /// <summary>How long an id is remembered. Default 120 s.</summary>
    public TimeSpan SeenLifetime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Bytes of JSON a second that one peer may send, averaged; 0 or less switches the limit off.
    /// <c>--sidechannel-rate-bytes</c>. Default 64,000.
    /// </summary>
    public long RateBytesPerSecond { get; init; } = 64_000;

    /// <summary>Bytes that one peer may send at once. <c>--sidechannel-rate-burst</c>. Default 256,000.</summary>
    public long RateBurstBytes { get; init; } = 256_000;

    /// <summary>
    /// Refused messages within <see cref="StrikeWindow"/> after which a peer is blocked.
    /// <c>--sidechannel-max-strikes</c>. Default 3.
    /// </summary>
    public int MaxStrikes { get; init; } = 3;

    /// <summary>How long strikes count. Default 5 s.</summary>
    public TimeSpan StrikeWindow { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a block lasts. It outlives the connection. Default 30 s.</summary>
    public TimeSpan BlockDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether messages carry and need a proof of work. <c>--sidechannel-pow</c>. Default true.</summary>
    public bool ProofOfWork { get; init; } = true;

    /// <summary>Zero bits a proof needs; 0 or less means none. <c>--sidechannel-pow-difficulty</c>. Default 12.</summary>
    public int ProofOfWorkDifficulty { get; init; } = 12;

    /// <summary>Whether only the entry channel needs proofs. <c>--sidechannel-pow-entry</c>. Default false.</summary>
    public bool ProofOfWorkEntryOnly { get; init; }

    /// <summary>
    /// The only channels that need proofs, whatever <see cref="ProofOfWorkEntryOnly"/> says. Null means all.
    /// <c>--sidechannel-pow-channels</c>. Default null.
    /// </summary>
    public IReadOnlyList<string>? ProofOfWorkChannels { get; init; }

    /// <summary>Longest search for one proof before the message is given up. Default 60 s.</summary>
    public TimeSpan ProofOfWorkLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether channels need invites: those of <see cref="InviteChannels"/> and <see cref="InvitePrefixes"/>, or all but
    /// the entry channel when both are null. <c>--sidechannel-invite-required</c>. Default false.
    /// </summary>
    public bool InviteRequired { get; init; }

    /// <summary>Channels that need invites. <c>--sidechannel-invite-channels</c>. Default null.</summary>
    public IReadOnlyList<string>? InviteChannels { get; init; }

    /// <summary>Beginnings of channel names that need invites. <c>--sidechannel-invite-prefixes</c>. Default null.</summary>
    public IReadOnlyList<string>? InvitePrefixes { get; init; }

    /// <summary>
    /// Public keys whose invites count. When invites are required and none is given, the own key.
    /// <c>--sidechannel-inviter-keys</c>. Default none.
    /// </summary>
    public IReadOnlyList<string> InviterKeys { get; init; } = [];

    /// <summary>How long own invites last when nothing else is said. <c>--sidechannel-invite-ttl</c>. Default 7 days.</summary>
    public TimeSpan InviteLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Whether only a channel's owner may write, on every channel but the entry channel.
    /// <c>--sidechannel-owner-write-only</c>. Default false.
    /// </summary>
    public bool OwnerWriteOnly { get; init; }

    /// <summary>Channels on which only the owner may write. <c>--sidechannel-owner-write-channels</c>. Default null.</summary>
    public IReadOnlyList<string>? OwnerWriteChannels { get; init; }

    /// <summary>Channel to its owner's public key. <c>--sidechannel-owner channel:key,…</c>. Default none.</summary>
    public IReadOnlyDictionary<string, string> OwnerKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Owner of the channels that <see cref="OwnerKeys"/> does not name. Default null.</summary>
    public string? DefaultOwnerKey { get; init; }

    /// <summary>
    /// Channel to a welcome signed by its owner, as the JSON object <c>{payload, sig}</c>.
    /// <c>--sidechannel-welcome channel:…</c>. Default none.
    /// </summary>
    public IReadOnlyDictionary<string, JsValue> Welcomes { get; init; } = new Dictionary<string, JsValue>();

    /// <summary>
    /// Whether nothing is delivered on a channel, other than the entry channel, before its owner's welcome was seen.
    /// <c>--sidechannel-welcome-required</c>. Default true.
    /// </summary>
    public bool WelcomeRequired { get; init; } = true;

    /// <summary>
    /// Whether each message is marked with the outcome of its signature. Without it messages are unchecked, except on
    /// owner-only channels. The JavaScript version checks there only. Default true.
    /// </summary>
    public bool VerifySenders { get; init; } = true;

    /// <summary>Most channels at once. Default 1,024.</summary>
    public int MaxChannels { get; init; } = 1024;

    /// <summary>Most channels joined by <see cref="AutoJoinOnOpen"/>. Default 64.</summary>
    public int MaxAutoJoinedChannels { get; init; } = 64;

    /// <summary>How long such a channel stays joined while nothing is said on it. Default 1 day.</summary>
    public TimeSpan AutoJoinedLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Where drops and joins are noted. Default nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
