using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Cli.Tests.Lab;

namespace Intercom.Cli.Tests;

/// <summary><c>intercom config</c> and the help text, as a user sees them.</summary>
public sealed class ConfigCommandTests : CliLab
{
    [Fact]
    public async Task Config_tells_each_value_and_its_source_and_no_token()
    {
        Directory.CreateDirectory(StorePath("bob", ""));
        await File.WriteAllTextAsync(
            StorePath("bob", "intercom.json"),
            """{"sidechannels":["from-file"],"sidechannel-pow-difficulty":3}"""
        );

        var shown = await RunAsync([
            "config",
            "--json",
            "--name",
            "bob",
            "--sidechannel-pow-difficulty=5",
            "--sc-bridge-token",
            "secret",
        ]);

        Assert.Equal((0, ""), (shown.ExitCode, shown.Notes));
        Assert.DoesNotContain("secret", shown.Results);
        var settings = shown.Results.Split('\n').Select(ParseObject).ToDictionary(one => one.GetString("setting")!);
        Assert.Equal(SettingCatalog.All.Count(setting => setting.IsInBuild), settings.Count);
        Assert.Equal(
            """{"setting":"sidechannel-pow-difficulty","value":"5","source":"flag","givenAs":"--sidechannel-pow-difficulty"}""",
            settings["sidechannel-pow-difficulty"].ToString()
        );
        Assert.Equal("file", settings["sidechannels"].GetString("source"));
        Assert.Equal("stores/bob/intercom.json: sidechannels", settings["sidechannels"].GetString("givenAs"));
        Assert.Equal(("1", "default"), (Value("sc-bridge"), settings["sc-bridge"].GetString("source")));
        Assert.Equal("********", Value("sc-bridge-token"));

        var forPeople = await RunAsync(["config", "--name", "bob"]);
        Assert.Contains(
            forPeople.Results.Split('\n'),
            line =>
                line.StartsWith("sidechannels", StringComparison.Ordinal)
                && line.Contains("from-file")
                && line.TrimEnd().EndsWith("stores/bob/intercom.json: sidechannels", StringComparison.Ordinal)
        );

        string? Value(string name) => settings[name].GetString("value");
    }

    [Fact]
    public async Task Config_named_file_may_name_the_store_and_is_left_for_flags()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "a.json"), """{"peer-store-name":"x","local":true}""");

        var shown = await RunAsync(["config", "--json", "--config", "a.json", "--dht-bootstrap", "127.0.0.1:5"]);

        Assert.Equal((0, ""), (shown.ExitCode, shown.Notes));
        Assert.Contains("""{"setting":"peer-store-name","value":"x","source":"file",""", shown.Results);
    }

    [Fact]
    public async Task Up_help_explains_each_flag_in_a_line_in_groups()
    {
        var help = await RunAsync(["up", "--help"]);

        Assert.Equal((0, ""), (help.ExitCode, help.Notes));
        var lines = help.Results.Split('\n');
        foreach (var setting in SettingCatalog.All)
        {
            var line = Assert.Single(
                lines,
                line =>
                    line.StartsWith($"  {setting.Option}", StringComparison.Ordinal)
                    && line[2..].Split([' ', ','])[0] == setting.Option
            );
            Assert.Contains(setting.Help.TrimEnd('.'), line);
            Assert.Contains($"[{setting.Environment}", line);
            if (setting.IsInBuild && setting.DefaultWithUp is { } fallback)
                Assert.Contains($"; default {fallback}. [", line);
        }
        Assert.Equal(
            ["Peer:", "Sidechannels:", "SC-Bridge, the agents' WebSocket:", "Subnet:", "Settlement:", "Other:"],
            lines.Where(line => line.EndsWith(':'))
        );
        Assert.Contains(ExitCode.Explained, lines);
    }

    [Fact]
    public async Task Help_of_the_program_lists_its_commands()
    {
        var help = await RunAsync(["--help"]);

        foreach (var command in CommandTree.Create().Subcommands)
            Assert.Contains(
                help.Results.Split('\n'),
                line => line.StartsWith($"  {command.Name} ", StringComparison.Ordinal)
            );
    }

    private static JsObject ParseObject(string text)
    {
        Assert.True(JsJson.TryParse(TextEncoding.UTF8.GetBytes(text), out var value), text);
        return Assert.IsType<JsObject>(value);
    }
}
