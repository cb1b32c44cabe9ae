using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary><c>intercom send [--to channel] text</c></summary>
internal static class SendCommand
{
    private const string EntryChannel = "0000intercom";

    public static Command Create()
    {
        Argument<string> text = new("text") { Description = "The message; '-' reads it from standard input." };
        Option<string> channel = new("--to", "--channel")
        {
            Description = "Channel to send on; joined if need be.",
            HelpName = "channel",
            DefaultValueFactory = _ => EntryChannel,
        };
        return ClientCommand.Create(
            "send",
            "Send a message through a running peer.",
            context => SendAsync(context, context.Line.GetRequiredValue(channel), context.Line.GetRequiredValue(text)),
            [text],
            [channel]
        );
    }

    private static async Task SendAsync(ClientContext context, string channel, string text)
    {
        if (text == "-")
        {
            // A read from a terminal cannot be cancelled, whatever its token: it is left behind instead.
            var reading = Task.Run(Console.In.ReadToEnd);
            text = WithoutLastBreak(await reading.WaitAsync(context.CancellationToken));
        }
        var request = new JsObject
        {
            ["type"] = "send",
            ["channel"] = channel,
            ["message"] = text,
        };
        Show(context, await context.RequestAsync(request));
    }

    /// <summary>Shows what sending came to.</summary>
    public static void Show(ClientContext context, JsObject sent) =>
        context.Output.Result(
            sent,
            console => Show(console, sent.GetString("channel") ?? "", sent.GetNumber("peers") ?? 0)
        );

    /// <summary>As a shell does with the output of a command: the break that ends a file is not part of its text.</summary>
    private static string WithoutLastBreak(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
        : text.EndsWith('\n') ? text[..^1]
        : text;

    private static void Show(IAnsiConsole console, string channel, double peers)
    {
        if (peers == 0)
            Output.Warn($"no other peer is on '{channel}' yet: the message went nowhere");
        else
            Output.Line(console, $"sent on [blue]{channel}[/] to {peers} peer{(peers == 1 ? "" : "s")}");
    }
}
