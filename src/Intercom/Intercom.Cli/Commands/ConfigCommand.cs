using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary><c>intercom config</c>: the effective value of each setting, as <c>intercom up</c> would use it, and its source.</summary>
internal static class ConfigCommand
{
    private const string Masked = "********";

    public static Command Create()
    {
        var command = new Command(
            "config",
            "Show each setting that `intercom up` would use with the same flags, and where it comes from."
        );
        var settings = new PeerSettings();
        settings.AddTo(command);
        Option<bool> json = new("--json") { Description = "Print one JSON object a line." };
        command.Options.Add(json);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                var values = settings.Read(line);
                // What flags must not say together is found only there.
                await PeerOptionsReader.ReadAsync(values, isUp: true, cancellationToken);
                Show(values, new Output(line.GetValue(json)));
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static void Show(SettingValues values, Output output)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn().AddColumn(new GridColumn().NoWrap());
        foreach (var setting in SettingCatalog.All.Where(setting => setting.IsInBuild))
        {
            var (source, givenAs) = values.SourceOf(setting);
            var value = values.Text(setting) ?? setting.DefaultWithUp;
            var shown = setting.IsSecret && value is not null ? Masked : value;
            var json = new JsObject
            {
                ["setting"] = setting.Flag,
                ["value"] = shown,
                ["source"] = source switch
                {
                    SettingSource.Flag => "flag",
                    SettingSource.Environment => "environment",
                    SettingSource.File => "file",
                    _ => "default",
                },
                ["givenAs"] = source == SettingSource.Default ? JsValue.Null : givenAs,
            };
            if (output.AsJson)
                output.Result(json, _ => { });
            grid.AddRow(
                Markup.Escape(setting.Flag),
                Markup.Escape(TerminalText.OneLine(shown ?? "-")),
                source == SettingSource.Default ? "[grey]default[/]" : Markup.Escape(TerminalText.OneLine(givenAs))
            );
        }
        if (!output.AsJson)
            Consoles.Results.Write(grid);
    }
}
