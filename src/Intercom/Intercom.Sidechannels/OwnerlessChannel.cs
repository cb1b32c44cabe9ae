namespace Intercom.Sidechannels;

/// <summary>A channel that can never let anything in: it needs its owner's welcome, and no owner is known.</summary>
public static class OwnerlessChannel
{
    /// <summary>The gate of its finding in <see cref="ChannelExplanation.Findings"/>.</summary>
    public const string Gate = "owner";

    internal const string Cause = "the channel has no owner, so nothing on it is let in";

    /// <summary>What to tell a person who joins it.</summary>
    public static string Hint(string channel) =>
        $"channel '{channel}' has no owner, so nothing on it is let in: {FixFor(channel)}";

    /// <summary>The setting that names its owner.</summary>
    public static string OwnerSetting(string channel) => $"--sidechannel-owner {AsOneWord($"{channel}:<key>")}";

    internal static string FixFor(string channel) =>
        $"name one with {OwnerSetting(channel)}, or give --sidechannel-welcome-required 0";

    private static string AsOneWord(string text) => text.Any(char.IsWhiteSpace) ? $"\"{text}\"" : text;
}
