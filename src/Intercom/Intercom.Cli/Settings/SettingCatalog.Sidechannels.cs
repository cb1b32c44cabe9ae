namespace Intercom.Cli.Settings;

internal static partial class SettingCatalog
{
    public static readonly SettingDefinition SidechannelNames = Channel(
        "sidechannels",
        SettingKind.List,
        "Channels to join besides the entry channel."
    ) with
    {
        Aliases = ["sidechannel"],
        Environment = "SIDECHANNELS",
    };

    public static readonly SettingDefinition Debug = Channel(
        "debug",
        SettingKind.Switch,
        "Say what happens to each message.",
        "0"
    );
    public static readonly SettingDefinition Quiet = Channel(
        "quiet",
        SettingKind.Switch,
        "Do not print messages; a peer that only relays.",
        "0"
    );
    public static readonly SettingDefinition MaxBytes = Channel(
        "max-bytes",
        SettingKind.Number,
        "Largest message in bytes of JSON, sent or received.",
        "1000000"
    );
    public static readonly SettingDefinition AllowRemoteOpen = Channel(
        "allow-remote-open",
        SettingKind.Switch,
        "Listen to other peers' requests to open a channel.",
        "1"
    );
    public static readonly SettingDefinition AutoJoin = Channel(
        "auto-join",
        SettingKind.Switch,
        "Join the channels that other peers ask for.",
        "0"
    );
    public static readonly SettingDefinition Pow = Channel(
        "pow",
        SettingKind.Switch,
        "Make and demand proof of work.",
        "1"
    );
    public static readonly SettingDefinition PowDifficulty = Channel(
        "pow-difficulty",
        SettingKind.Number,
        "Leading zero bits of the proof.",
        "12"
    );
    public static readonly SettingDefinition PowEntry = Channel(
        "pow-entry",
        SettingKind.Switch,
        "Demand it on the entry channel only.",
        "0"
    );
    public static readonly SettingDefinition PowChannels = Channel(
        "pow-channels",
        SettingKind.List,
        "Demand it on these channels only, whatever --sidechannel-pow-entry says."
    );
    public static readonly SettingDefinition RateBytes = Channel(
        "rate-bytes",
        SettingKind.Number,
        "Bytes a second taken from one peer (0: no limit).",
        "64000"
    );
    public static readonly SettingDefinition RateBurst = Channel(
        "rate-burst",
        SettingKind.Number,
        "Bytes taken from one peer at once.",
        "256000"
    );
    public static readonly SettingDefinition MaxStrikes = Channel(
        "max-strikes",
        SettingKind.Number,
        "Excesses within five seconds before a peer is blocked for thirty.",
        "3"
    );
    public static readonly SettingDefinition WelcomeRequired = Channel(
        "welcome-required",
        SettingKind.Switch,
        "Demand a signed welcome on all channels but the entry.",
        "1"
    );
    public static readonly SettingDefinition Welcome = Channel(
        "welcome",
        SettingKind.Pairs,
        "Signed welcome per channel: JSON, base64, b64:… or @file."
    );
    public static readonly SettingDefinition Owner = Channel(
        "owner",
        SettingKind.KeyPairs,
        "Owner's public key per channel."
    );
    public static readonly SettingDefinition OwnerWriteOnly = Channel(
        "owner-write-only",
        SettingKind.Switch,
        "Only the owner writes, on all channels but the entry; on one without an owner nobody does.",
        "0"
    );
    public static readonly SettingDefinition OwnerWriteChannels = Channel(
        "owner-write-channels",
        SettingKind.List,
        "Only the owner writes, on these channels."
    );
    public static readonly SettingDefinition InviteRequired = Channel(
        "invite-required",
        SettingKind.Switch,
        "Demand an invite on all channels but the entry.",
        "0"
    );
    public static readonly SettingDefinition InviteChannels = Channel(
        "invite-channels",
        SettingKind.List,
        "With --sidechannel-invite-required 1: demand it on these channels, not on all."
    );
    public static readonly SettingDefinition InvitePrefixes = Channel(
        "invite-prefixes",
        SettingKind.List,
        "With --sidechannel-invite-required 1: demand it on channels that begin so, not on all."
    );
    public static readonly SettingDefinition InviterKeys = Channel(
        "inviter-keys",
        SettingKind.Keys,
        "Public keys whose invites are good (left out: this peer's own)."
    );
    public static readonly SettingDefinition InviteTtl = Channel(
        "invite-ttl",
        SettingKind.Number,
        "Seconds an invite made here is good for.",
        "604800"
    );
    public static readonly SettingDefinition Verify = Channel(
        "verify",
        SettingKind.Switch,
        "Check the signature of each message and mark it (not in the JavaScript version).",
        "1"
    );

    private static SettingDefinition[] Sidechannels =>
        [
            SidechannelNames,
            Debug,
            Quiet,
            MaxBytes,
            AllowRemoteOpen,
            AutoJoin,
            Pow,
            PowDifficulty,
            PowEntry,
            PowChannels,
            RateBytes,
            RateBurst,
            MaxStrikes,
            WelcomeRequired,
            Welcome,
            Owner,
            OwnerWriteOnly,
            OwnerWriteChannels,
            InviteRequired,
            InviteChannels,
            InvitePrefixes,
            InviterKeys,
            InviteTtl,
            Verify,
        ];

    private static SettingDefinition Channel(string name, SettingKind kind, string help, string? fallback = null) =>
        new(name == "sidechannels" ? name : "sidechannel-" + name, kind, SettingPlane.Sidechannels, help, fallback);
}
