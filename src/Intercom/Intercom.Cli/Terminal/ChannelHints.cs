using Intercom.Sidechannels;

namespace Intercom.Cli.Terminal;

/// <summary>Tells at start of settings that together let nothing through, or do not guard what they seem to.</summary>
internal static class ChannelHints
{
    /// <param name="options">The settings.</param>
    /// <param name="isUp">Whether this is <c>intercom up</c>; the bare command prints the JavaScript version's line.</param>
    public static void Show(SidechannelOptions options, bool isUp)
    {
        if (options.WelcomeRequired && !isUp && HasNoOwner(options.EntryChannel))
        {
            Output.Note(
                $"[sidechannel] welcome required for non-entry channels; entry \"{options.EntryChannel}\" is open and "
                    + "does not require owner/welcome."
            );
        }
        List<string> ownerless = options.WelcomeRequired
            ? [.. options.Channels.Distinct().Where(name => name != options.EntryChannel && HasNoOwner(name))]
            : [];
        foreach (var channel in ownerless)
            Output.Warn(OwnerlessChannel.Hint(channel));
        foreach (var channel in (options.OwnerWriteChannels ?? []).Distinct().Except(ownerless).Where(HasNoOwner))
        {
            Output.Warn(
                $"channel '{channel}' has no owner, so nobody can write to it: name one with "
                    + OwnerlessChannel.OwnerSetting(channel)
            );
        }
        if (!options.InviteRequired && (options.InviteChannels ?? options.InvitePrefixes) is not null)
        {
            Output.Warn(
                "no invite is demanded, though there are --sidechannel-invite-channels or -prefixes: they take effect with "
                    + "--sidechannel-invite-required 1"
            );
        }

        bool HasNoOwner(string channel) => !options.OwnerKeys.ContainsKey(channel);
    }
}
