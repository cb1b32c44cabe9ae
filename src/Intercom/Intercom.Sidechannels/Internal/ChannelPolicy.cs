using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>What each channel demands, from the options. Immutable, so any thread may ask.</summary>
internal sealed class ChannelPolicy
{
    private readonly string _entry;
    private readonly HashSet<string>? _proofChannels;
    private readonly HashSet<string>? _inviteChannels;
    private readonly string[]? _invitePrefixes;
    private readonly HashSet<string>? _inviters;
    private readonly HashSet<string>? _ownerWriteChannels;
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly string? _defaultOwner;
    private readonly SidechannelOptions _options;

    public ChannelPolicy(SidechannelOptions options, string ownKey)
    {
        _options = options;
        OwnKey = ownKey;
        _entry = SidechannelNames.Normalize(options.EntryChannel);
        _proofChannels = ToSet(options.ProofOfWorkChannels);
        _inviteChannels = ToSet(options.InviteChannels);
        _invitePrefixes = options.InvitePrefixes?.Where(prefix => prefix.Length > 0).ToArray();
        _ownerWriteChannels = ToSet(options.OwnerWriteChannels?.Select(SidechannelNames.Normalize));
        _defaultOwner = options.DefaultOwnerKey is { Length: > 0 } key ? KeyHex.Normalize(key) : null;
        foreach (var (channel, owner) in options.OwnerKeys)
            if (
                SidechannelNames.Normalize(channel) is { Length: > 0 } name
                && KeyHex.Normalize(owner) is { Length: > 0 }
            )
                _owners[name] = KeyHex.Normalize(owner);

        var inviters = options.InviterKeys.Select(KeyHex.Normalize).Where(inviter => inviter.Length > 0).ToHashSet();
        if (options.InviteRequired && inviters.Count == 0)
            inviters.Add(ownKey);
        _inviters = inviters.Count > 0 ? inviters : null;
    }

    /// <summary>Own public key in hexadecimal.</summary>
    public string OwnKey { get; }

    public int Difficulty => _options.ProofOfWorkDifficulty;

    /// <summary>Whether this peer's own invites count.</summary>
    public bool IsInviter => IsInviterKey(OwnKey);

    /// <summary>The channels with an owner of their own.</summary>
    public IReadOnlyDictionary<string, string> Owners => _owners;

    public bool IsEntry(string channel) => channel.Length > 0 && channel == _entry;

    public bool NeedsProof(string channel)
    {
        if (!_options.ProofOfWork || _options.ProofOfWorkDifficulty <= 0)
            return false;
        if (_proofChannels is not null)
            return _proofChannels.Contains(channel);
        return !_options.ProofOfWorkEntryOnly || IsEntry(channel);
    }

    public bool NeedsInvite(string channel)
    {
        if (!_options.InviteRequired || IsEntry(channel))
            return false;
        if (_inviteChannels is null && _invitePrefixes is null)
            return true;
        return _inviteChannels?.Contains(channel) == true
            || _invitePrefixes?.Any(prefix => channel.StartsWith(prefix, StringComparison.Ordinal)) == true;
    }

    /// <summary>Whether the holder of this key may use invite channels without an invite, and may invite.</summary>
    public bool IsInviterKey(string key) => _inviters?.Contains(key) == true;

    /// <summary>Whether an invite by this key counts; without any inviter keys, everybody's does.</summary>
    public bool AcceptsInviter(string key) => _inviters is null || _inviters.Contains(key);

    public bool IsOwnerWriteOnly(string channel) =>
        !IsEntry(channel) && (_options.OwnerWriteOnly || _ownerWriteChannels?.Contains(channel) == true);

    public bool NeedsWelcome(string channel) => _options.WelcomeRequired && !IsEntry(channel);

    public string? GetOwner(string channel) => _owners.GetValueOrDefault(channel, _defaultOwner!);

    /// <summary>What the holder of a key is on a channel; null is nobody's key.</summary>
    public SenderRole RoleOf(string? key, string channel) =>
        key is null ? SenderRole.None
        : key == GetOwner(channel) ? SenderRole.Owner
        : IsInviterKey(key) ? SenderRole.Inviter
        : SenderRole.None;

    public bool IsOwnChannel(string channel) => GetOwner(channel) == OwnKey;

    /// <summary>Whether the invite is for this peer and channel, by an accepted inviter. Time is judged apart.</summary>
    public bool Accepts(InvitePayload? invite, string channel, string invitee) =>
        invite is not null
        && invite.Channel == channel
        && invite.InviteePublicKey == invitee
        && AcceptsInviter(invite.InviterPublicKey);

    /// <summary>Whether the welcome is the channel owner's.</summary>
    public bool Accepts(WelcomePayload? welcome, string channel) =>
        welcome is not null && welcome.Channel == channel && welcome.OwnerPublicKey == GetOwner(channel);

    private static HashSet<string>? ToSet(IEnumerable<string>? names) => names?.ToHashSet(StringComparer.Ordinal);
}
