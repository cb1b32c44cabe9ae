using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary><c>intercom peers</c>, <c>info</c> and <c>stats</c>: what a running peer says of itself.</summary>
internal static class InspectCommands
{
    public static Command CreatePeers() =>
        ClientCommand.CreateQuery("peers", "List the peers that a running peer is connected to.", ShowPeers);

    public static Command CreateInfo() =>
        ClientCommand.CreateQuery("info", "Show keys, address and settings of a running peer.", ShowInfo);

    public static Command CreateStats() =>
        ClientCommand.CreateQuery("stats", "Show channels and number of connections of a running peer.", ShowMembers);

    private static void ShowPeers(JsObject reply, Output output)
    {
        var peers = (reply["peers"] as JsArray)?.OfType<JsObject>().ToList() ?? [];
        if (output.AsJson)
        {
            foreach (var peer in peers)
                output.Result(peer, _ => { });
            return;
        }
        if (peers.Count == 0)
        {
            Output.Note("no peers are connected yet");
            return;
        }
        var table = new Table().Border(TableBorder.Simple).AddColumns("peer", "channels", "");
        foreach (var peer in peers)
        {
            table.AddRow(
                Shown(peer.GetString("peer") ?? ""),
                Shown(peer["channels"] is { } channels ? Text(channels) : ""),
                peer.GetBoolean("blocked") == true ? "[red]blocked[/]" : ""
            );
        }
        Consoles.Results.Write(table);
    }

    private static void ShowInfo(JsObject reply, Output output) =>
        ShowMembers(reply["info"] as JsObject ?? reply, output);

    private static void ShowMembers(JsObject reply, Output output) =>
        output.Result(
            reply,
            console =>
            {
                var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
                foreach (var (name, value) in reply.Members)
                {
                    if (name is not ("type" or "id"))
                        grid.AddRow($"[grey]{Shown(name)}[/]", Shown(Text(value)));
                }
                console.Write(grid);
            }
        );

    private static string Shown(string text) => Markup.Escape(TerminalText.OneLine(text));

    private static string Text(JsValue value) =>
        value switch
        {
            JsString text => text.Value,
            JsArray list => string.Join(", ", list.Select(Text)),
            JsNull => "-",
            _ => value.ToString(),
        };
}
