using System.CommandLine;
using CsCheck;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Tests.Settings;

public sealed class SettingTests
{
    private static readonly string[] _words =
    [
        "--sc-bridge",
        "up",
        "send",
        "--",
        "-",
        "@x",
        "[x]",
        "=",
        "--=",
        "-n",
        "--name=",
        "tail",
    ];

    [Fact]
    public void All_names_are_different()
    {
        var flags = SettingCatalog.All.SelectMany(setting => setting.Aliases.Append(setting.Flag)).ToList();
        var variables = SettingCatalog.All.SelectMany(setting => setting.OtherEnvironment.Append(setting.Environment));

        Assert.Equal(flags.Count, flags.Distinct().Count());
        Assert.Equal(variables.Count(), variables.Distinct().Count());
    }

    [Fact]
    public void Read_flag_stands_before_the_environment_and_an_empty_text_counts_as_none()
    {
        var environment = new Dictionary<string, string>
        {
            ["PEER_STORE_NAME"] = "from-environment",
            ["SC_BRIDGE_PORT"] = "nonsense",
            ["SIDECHANNELS"] = "",
        };
        var settings = new SettingOptions(SettingCatalog.All);
        var root = new RootCommand();
        settings.AddTo(root);

        var values = settings.Read(root.Parse(["--name", "from-flag"]), environment.GetValueOrDefault);

        Assert.Equal("from-flag", values.Text(SettingCatalog.PeerStoreName));
        Assert.False(values.Has(SettingCatalog.SidechannelNames));
        Assert.Contains("SC_BRIDGE_PORT: 'nonsense' is not allowed here", Assert.Single(values.Errors));
    }

    [Theory]
    [InlineData("--name a --name b up", "--name b up")]
    [InlineData("--sc-bridge 0 --sc-bridge --timer", "--sc-bridge --timer")]
    [InlineData("--sidechannel x --sidechannels=y", "--sidechannels=y")]
    [InlineData("--name a --name= --timer", "--timer")]
    [InlineData("--sidechannels y --sidechannel x", "--sidechannels y")]
    [InlineData("--sidechannels= --sidechannel x", "--sidechannel x")]
    [InlineData("--dht-bootstrap a --peer-dht-bootstrap b --dht-bootstrap c", "--peer-dht-bootstrap b")]
    [InlineData("send -- --name a --name b", "send -- --name a --name b")]
    public void Normalize_last_flag_counts_and_an_empty_one_does_not(string given, string expected) =>
        Assert.Equal(expected, string.Join(' ', SettingArguments.Normalize(given.Split(' '))));

    [Theory]
    [InlineData("a:1,b=2", "a", "b=2")]
    [InlineData("wa:{\"x\":[1,2],\"y\":\"},{\"},wb:2", "wa", "wb:2")]
    public void SplitEntries_commas_in_JSON_do_not_divide(string text, string firstName, string last)
    {
        var entries = PairText.SplitEntries(text);

        Assert.Equal(2, entries.Count);
        Assert.Equal(firstName, PairText.Split(entries[0])!.Value.Name);
        Assert.Equal(last, entries[1]);
    }

    [Fact]
    public void Parse_any_words_never_throws() =>
        Gen.OneOf(
                Gen.String,
                Gen.Int[0, _words.Length - 1].Select(i => _words[i]),
                Gen.String.Select(text => "--" + text)
            )
            .Array[0, 6]
            .Sample(
                given =>
                {
                    var words = SettingArguments.Normalize(given);
                    var line = CommandTree
                        .Create()
                        .Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
                    Assert.All(LineFaults.Find(line, words), Assert.NotEmpty);
                },
                iter: 300
            );

    [Fact]
    public void Read_any_text_for_any_setting_never_throws() =>
        Gen.Select(Gen.Int[0, SettingCatalog.All.Length - 1].Select(i => SettingCatalog.All[i]), Gen.String)
            .Sample(
                (setting, text) =>
                {
                    var values = new SettingValues();
                    values.Add(setting, text, setting.Option);
                    _ = values.Pairs(setting);
                    if (setting.Kind is SettingKind.Number or SettingKind.Port)
                        Assert.True(values.Number(setting) is null or >= 0);
                },
                iter: 10_000
            );

    [Fact]
    public void TerminalText_any_text_leaves_nothing_that_steers() =>
        Gen.String.Sample(
            text =>
            {
                Assert.DoesNotContain(TerminalText.OneLine(text), c => char.IsControl(c) && c != '\t');
                Assert.All(TerminalText.Lines(text).Split('\n').Skip(1), line => Assert.StartsWith("    ", line));
            },
            iter: 10_000
        );
}
