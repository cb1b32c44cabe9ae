using Intercom.Sidechannels;

namespace Intercom.Cli.Terminal;

/// <summary>Tells at start of settings that together let nothing through.</summary>
internal static class ChannelHints
{
    /// <param name="options">The settings.</param>
    /// <param name="isUp">Whether this is <c>intercom up</c>; the bare command prints the JavaScript version's line.</param>
    public static void Show(SidechannelOptions options, bool isUp)
    {
        if (!options.WelcomeRequired)
            return;
        if (!isUp && !options.OwnerKeys.ContainsKey(options.EntryChannel))
        {
            Output.Note(
                $"[sidechannel] welcome required for non-entry channels; entry \"{options.EntryChannel}\" is open and "
                    + "does not require owner/welcome."
            );
        }
        foreach (var channel in options.Channels.Distinct().Where(name => name != options.EntryChannel))
        {
            if (!options.OwnerKeys.ContainsKey(channel))
                Output.Warn(OwnerlessChannel.Hint(channel));
        }
    }
}
