using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Node;
using Intercom.Sidechannels;

namespace Intercom.Cli.Tests.Settings;

/// <summary>What each setting of the JavaScript version does here, given as a flag and in the environment.</summary>
public sealed class SettingEffectTests
{
    private const string Key = "66be7e332c7a453332bd9d0a7f7db055f5c5ef1a06ada66d98b39fb6810c473a";
    private const string Welcome = """{"payload":{"channel":"a","text":"x,y"},"sig":"00"}""";

    /// <summary>By flag: the text given, and the part of the peer that it changes, before and after.</summary>
    private static readonly Dictionary<string, Effect> _effects = new()
    {
        ["peer-store-name"] = new("bob", peer => peer.Options.StoreName, "peer", "bob"),
        ["peer-stores-directory"] = new("x/y", peer => peer.Options.StoresDirectory, "stores", "x/y"),
        ["peer-dht-bootstrap"] = new("127.0.0.1:1, 127.0.0.2:2", Bootstrap, "", "127.0.0.1:1 127.0.0.2:2"),
        ["sidechannels"] = new("a, b,,a", peer => Join(peer.Sidechannels.Channels), "", "a b a"),
        ["sidechannel-debug"] = new("1", peer => peer.Values.Switch(SettingCatalog.Debug, false), false, true),
        ["sidechannel-quiet"] = new("on", peer => peer.Values.Switch(SettingCatalog.Quiet, false), false, true),
        ["sidechannel-max-bytes"] = new("77", peer => peer.Sidechannels.MaxMessageBytes, 1_000_000, 77),
        ["sidechannel-allow-remote-open"] = new("0", peer => peer.Sidechannels.AllowRemoteOpen, true, false),
        ["sidechannel-auto-join"] = new("yes", peer => peer.Sidechannels.AutoJoinOnOpen, false, true),
        ["sidechannel-pow"] = new("off", peer => peer.Sidechannels.ProofOfWork, true, false),
        ["sidechannel-pow-difficulty"] = new("7", peer => peer.Sidechannels.ProofOfWorkDifficulty, 12, 7),
        ["sidechannel-pow-entry"] = new("TRUE", peer => peer.Sidechannels.ProofOfWorkEntryOnly, false, true),
        ["sidechannel-pow-channels"] = new("a,b", peer => Join(peer.Sidechannels.ProofOfWorkChannels), null, "a b"),
        ["sidechannel-rate-bytes"] = new("0", peer => peer.Sidechannels.RateBytesPerSecond, 64_000L, 0L),
        ["sidechannel-rate-burst"] = new("9", peer => peer.Sidechannels.RateBurstBytes, 256_000L, 9L),
        ["sidechannel-max-strikes"] = new("8", peer => peer.Sidechannels.MaxStrikes, 3, 8),
        ["sidechannel-invite-required"] = new("1", peer => peer.Sidechannels.InviteRequired, false, true),
        ["sidechannel-invite-channels"] = new("a,b", peer => Join(peer.Sidechannels.InviteChannels), null, "a b"),
        ["sidechannel-invite-prefixes"] = new("p-,q", peer => Join(peer.Sidechannels.InvitePrefixes), null, "p- q"),
        ["sidechannel-inviter-keys"] = new($" {Key} ", peer => Join(peer.Sidechannels.InviterKeys), "", Key),
        ["sidechannel-invite-ttl"] = new("60", peer => peer.Sidechannels.InviteLifetime.TotalSeconds, 604_800.0, 60.0),
        ["sidechannel-owner"] = new($"a:{Key},b={Key}", peer => Join(peer.Sidechannels.OwnerKeys.Keys), "", "a b"),
        ["sidechannel-owner-write-only"] = new("1", peer => peer.Sidechannels.OwnerWriteOnly, false, true),
        ["sidechannel-owner-write-channels"] = new("a", peer => Join(peer.Sidechannels.OwnerWriteChannels), null, "a"),
        ["sidechannel-welcome"] = new($"a:{Welcome}", peer => Join(peer.Sidechannels.Welcomes.Keys), "", "a"),
        ["sidechannel-welcome-required"] = new("no", peer => peer.Sidechannels.WelcomeRequired, true, false),
        ["sc-bridge"] = new("0", peer => peer.Options.Bridge is null, false, true),
        ["sc-bridge-host"] = new("localhost", peer => peer.Options.Bridge!.Host, "127.0.0.1", "localhost"),
        ["sc-bridge-port"] = new("0", peer => peer.Options.Bridge!.Port, 49222, 0),
        ["sc-bridge-token"] = new(" t ", peer => peer.Options.BridgeToken, null, "t"),
        ["sc-bridge-cli"] = new("1", peer => peer.Options.BridgeRunsCommands, false, true),
        ["sc-bridge-debug"] = new("1", peer => peer.Values.Switch(SettingCatalog.BridgeDebug, false), false, true),
        ["sc-bridge-filter"] = new("a+b|c", peer => peer.Options.Bridge!.Filter, "", "a+b|c"),
        ["sc-bridge-filter-channel"] = new("a", peer => Join(peer.Options.Bridge!.FilterChannels), null, "a"),
    };

    /// <summary>Settings of planes that are not in this build: taken, and warned of.</summary>
    private static readonly string[] _withoutEffect =
    [
        "msb-store-name",
        "msb-stores-directory",
        "subnet-channel",
        "subnet-bootstrap",
        "timer",
        "msb-dht-bootstrap",
    ];

    private static readonly Lazy<List<JavaScriptSetting>> _javaScript = new(Load);

    public static TheoryData<string> WithEffect => [.. _effects.Keys];

    [Fact]
    public void Every_setting_of_the_JavaScript_version_has_a_case()
    {
        Assert.Equal(40, _javaScript.Value.Count);
        Assert.Equal(
            _javaScript.Value.Select(setting => setting.Flags[0]).Order(),
            _effects.Keys.Concat(_withoutEffect).Order()
        );
    }

    [Fact]
    public void Every_flag_and_variable_is_that_of_the_JavaScript_version()
    {
        foreach (var known in _javaScript.Value)
        {
            var setting = Find(known.Flags[0]);
            Assert.Equal(known.Flags.Skip(1), setting.Aliases.Where(alias => alias != "name"));
            Assert.Equal(known.Environment, [setting.Environment, .. setting.OtherEnvironment]);
        }
    }

    [Theory]
    [InlineData]
    [InlineData("up")]
    public void Help_has_a_line_for_every_setting_of_the_JavaScript_version(params string[] command)
    {
        using var output = new StringWriter();
        var help = CommandTree.Create().Parse([.. command, "--help"]);
        Assert.Equal(ExitCode.Done, help.Invoke(new InvocationConfiguration { Output = output }));

        var lines = output.ToString().ReplaceLineEndings("\n").Split('\n');
        foreach (var known in _javaScript.Value)
        {
            var names = string.Join(", ", known.Flags.Select(name => $"--{name}"));
            var line = Assert.Single(
                lines,
                line => line.Replace(", --name", "").StartsWith($"  {names} <", StringComparison.Ordinal)
            );
            Assert.EndsWith($" [{string.Join(", ", known.Environment)}]", line);
            Assert.Equal(_withoutEffect.Contains(known.Flags[0]), line.Contains("(not in this build)"));
        }
    }

    [Fact]
    public void Settings_without_effect_say_so() =>
        Assert.Equal(
            _withoutEffect.Order(),
            SettingCatalog.All.Where(setting => !setting.IsInBuild).Select(setting => setting.Flag).Order()
        );

    [Theory]
    [MemberData(nameof(WithEffect))]
    public async Task Setting_changes_what_it_is_for_as_flag_alias_and_variable(string flag)
    {
        var effect = _effects[flag];
        var setting = Find(flag);

        Assert.Equal(effect.Before, effect.Read(await ReadAsync([], [])));
        foreach (var name in (string[])[setting.Flag, .. setting.Aliases])
        {
            Assert.Equal(effect.After, effect.Read(await ReadAsync([$"--{name}", effect.Text], [])));
            Assert.Equal(effect.After, effect.Read(await ReadAsync([$"--{name}={effect.Text}"], [])));
        }
        foreach (var variable in (string[])[setting.Environment, .. setting.OtherEnvironment])
            Assert.Equal(effect.After, effect.Read(await ReadAsync([], new() { [variable] = effect.Text })));
    }

    [Fact]
    public async Task Default_of_each_setting_means_the_same_as_leaving_it_out()
    {
        foreach (
            var setting in SettingCatalog.All.Where(setting => setting is { IsInBuild: true, DefaultWithUp: not null })
        )
        {
            if (!_effects.TryGetValue(setting.Flag, out var effect))
                continue;
            var given = await ReadAsync([setting.Option, setting.DefaultWithUp!], []);
            Assert.Equal(effect.Before, effect.Read(given));
        }
    }

    private static SettingDefinition Find(string flag) => SettingCatalog.All.Single(setting => setting.Flag == flag);

    private static async Task<ReadPeer> ReadAsync(string[] flags, Dictionary<string, string> environment)
    {
        var settings = new SettingOptions(SettingCatalog.All);
        var root = new RootCommand();
        settings.AddTo(root);
        flags = SettingArguments.Normalize(flags);
        var line = root.Parse(flags);
        Assert.Empty(LineFaults.Find(line, flags));
        var values = settings.Read(line, environment.GetValueOrDefault);
        Assert.Empty(values.Errors);
        return new ReadPeer(await PeerOptionsReader.ReadAsync(values, isUp: true, default), values);
    }

    private static string? Bootstrap(ReadPeer peer) =>
        Join(peer.Options.DhtBootstrap.Select(address => address.ToString()));

    private static string? Join(IEnumerable<string>? texts) => texts is null ? null : string.Join(' ', texts);

    private static List<JavaScriptSetting> Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "javascript-settings.json");
        Assert.True(JsJson.TryParse(File.ReadAllBytes(path), out var value));
        var settings = Assert.IsType<JsObject>(value).GetArray("settings")!.Cast<JsObject>();
        return [.. settings.Select(one => new JavaScriptSetting(Texts(one, "flags"), Texts(one, "environment")))];
    }

    private static List<string> Texts(JsObject from, string member) =>
        [.. from.GetArray(member)!.OfType<JsString>().Select(text => text.Value)];

    private sealed record JavaScriptSetting(List<string> Flags, List<string> Environment);

    private sealed record ReadPeer(PeerOptions Options, SettingValues Values)
    {
        public SidechannelOptions Sidechannels => Options.Sidechannels;
    }

    private sealed record Effect(string Text, Func<ReadPeer, object?> Read, object? Before, object? After);
}
