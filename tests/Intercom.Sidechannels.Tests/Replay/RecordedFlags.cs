using System.Globalization;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>The flags of a recorded setup as options.</summary>
internal static class RecordedFlags
{
    public static SidechannelOptions ToOptions(IEnumerable<string> flags)
    {
        var values = ToMap([.. flags]);
        var defaults = SidechannelOptions.Default;
        return new SidechannelOptions
        {
            Channels = List("sidechannels") ?? [],
            MaxMessageBytes = Int("max-bytes", defaults.MaxMessageBytes),
            AllowRemoteOpen = Flag("allow-remote-open", true),
            AutoJoinOnOpen = Flag("auto-join", false),
            ProofOfWork = Flag("pow", true),
            ProofOfWorkDifficulty = Int("pow-difficulty", 12),
            ProofOfWorkEntryOnly = Flag("pow-entry", false),
            ProofOfWorkChannels = List("pow-channels"),
            RateBytesPerSecond = Int("rate-bytes", 64_000),
            RateBurstBytes = Int("rate-burst", 256_000),
            MaxStrikes = Int("max-strikes", 3),
            InviteRequired = Flag("invite-required", false),
            InviteChannels = List("invite-channels"),
            InvitePrefixes = List("invite-prefixes"),
            InviterKeys = List("inviter-keys") ?? [],
            OwnerWriteOnly = Flag("owner-write-only", false),
            OwnerWriteChannels = List("owner-write-channels"),
            OwnerKeys = Pairs("owner").ToDictionary(pair => pair.Key, pair => pair.Value),
            Welcomes = Pairs("welcome").ToDictionary(pair => pair.Key, pair => ParseWelcome(pair.Value)),
            WelcomeRequired = Flag("welcome-required", true),
        };

        string? Value(string name) => values.GetValueOrDefault("sidechannel-" + name) ?? values.GetValueOrDefault(name);
        bool Flag(string name, bool fallback) => Value(name) is { } value ? value == "1" : fallback;
        int Int(string name, int fallback) =>
            Value(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;
        string[]? List(string name) =>
            Value(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<KeyValuePair<string, string>> Pairs(string name) =>
            (List(name) ?? []).Select(pair =>
                KeyValuePair.Create(pair[..pair.IndexOf(':')], pair[(pair.IndexOf(':') + 1)..])
            );
    }

    private static Dictionary<string, string> ToMap(string[] flags)
    {
        var values = new Dictionary<string, string>();
        for (var i = 0; i < flags.Length; i++)
        {
            var hasValue = i + 1 < flags.Length && !flags[i + 1].StartsWith("--", StringComparison.Ordinal);
            values[flags[i][2..]] = hasValue ? flags[i + 1] : "1";
            i += hasValue ? 1 : 0;
        }
        return values;
    }

    private static JsValue ParseWelcome(string text)
    {
        Assert.StartsWith("b64:", text);
        Assert.True(JsJson.TryParse(Convert.FromBase64String(text[4..]), out var welcome));
        return welcome;
    }
}
