using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary><c>intercom sc why channel</c>: what keeps messages of a channel from passing, and what would help.</summary>
internal static class WhyCommand
{
    public static Command Create()
    {
        Argument<string?> channel = new("channel")
        {
            Description = "The channel that is silent.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        // As with the group's other commands, and the terminal's.
        Option<string?> named = new("--channel", "--ch") { Description = "The same.", HelpName = "name" };
        var command = ClientCommand.Create(
            "why",
            "Say why messages on a channel were dropped, or why it is silent, and what would help.",
            context => ExplainAsync(context, (context.Line.GetValue(channel) ?? context.Line.GetValue(named))!),
            [channel],
            [named]
        );
        command.Validators.Add(result =>
        {
            var given =
                (result.GetResult(channel) is { Tokens.Count: > 0 } ? 1 : 0)
                + (result.GetResult(named) is null ? 0 : 1);
            if (given == 0)
                result.AddError("'why' needs <channel>");
            else if (given == 2)
                result.AddError("Name the channel once");
        });
        return command;
    }

    private static async Task ExplainAsync(ClientContext context, string channel)
    {
        var why = await context.RequestAsync(new JsObject { ["type"] = "why", ["channel"] = channel });
        context.Output.Result(why, console => Show(console, why));
    }

    private static void Show(IAnsiConsole console, JsObject why)
    {
        var state = why.GetBoolean("joined") == true ? "joined" : "not joined";
        Output.Line(
            console,
            $"[blue]{why.GetString("channel")}[/]: {state}; open with {why.GetNumber("open")} of {why.GetNumber("connections")} connected peers; {why.GetNumber("delivered")} delivered, {why.GetNumber("sent")} sent"
        );
        var findings = Objects(why, "findings");
        if (findings.Count == 0)
            Output.Line(console, $"nothing is in the way now");
        foreach (var finding in findings)
        {
            var about = finding.GetString("peer") is { } peer ? $" {peer}" : "";
            Output.Line(console, $"[yellow]{finding.GetString("gate")}{about}[/]: {finding.GetString("cause")}");
            Output.Line(console, $"    {finding.GetString("fix")}");
        }
        foreach (var drop in Objects(why, "drops"))
        {
            Output.Line(
                console,
                $"[yellow]{drop.GetString("gate")}[/] dropped {drop.GetNumber("count")} ({drop.GetString("reason")}): {drop.GetString("cause")}"
            );
            Output.Line(console, $"    {drop.GetString("fix")}");
        }
        if (Objects(why, "recent") is [.., var last])
            Output.Line(console, $"[grey]last dropped: {last.GetString("reason")}, peer {last.GetString("peer")}[/]");
    }

    private static IReadOnlyList<JsObject> Objects(JsObject json, string key) =>
        [.. (json.GetArray(key) ?? new JsArray()).OfType<JsObject>()];
}
