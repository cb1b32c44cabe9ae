using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary><c>intercom tail [channel…]</c></summary>
internal static class TailCommand
{
    public static Command Create()
    {
        Argument<string[]> channels = new("channel")
        {
            Description = "Channels to show, joined if need be; all that the peer is on when none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var count = NumberOption.Create("--count", 1, int.MaxValue, fallback: null, "-n");
        count.Description = "Stop after so many messages.";
        count.HelpName = "number";
        return ClientCommand.Create(
            "tail",
            "Show messages as they arrive at a running peer. Ctrl-C stops.",
            context => TailAsync(context, context.Line.GetValue(channels) ?? [], context.Line.GetValue(count)),
            [channels],
            [count]
        );
    }

    private static async Task TailAsync(ClientContext context, string[] channels, int? count)
    {
        foreach (var channel in channels)
            await JoinRequest.SendAsync(context, new JsObject { ["type"] = "join", ["channel"] = channel });
        if (channels.Length > 0)
        {
            var list = new JsArray();
            foreach (var channel in channels)
                list.Add(channel);
            await context.RequestAsync(new JsObject { ["type"] = "subscribe", ["channels"] = list });
        }
        if (!context.Output.AsJson)
            Output.Note($"listening on {(channels.Length == 0 ? "all channels" : string.Join(", ", channels))}");

        try
        {
            await foreach (var message in context.Client.Events.ReadAllAsync(context.CancellationToken))
            {
                if (message.GetString("type") != "sidechannel_message")
                    continue;
                context.Output.Result(message, console => Show(console, message));
                if (--count == 0)
                    return;
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            return;
        }
        throw new CommandException(ExitCode.Failed, "The peer has stopped.");
    }

    private static void Show(IAnsiConsole console, JsObject message) =>
        MessagePrinter.Print(
            console,
            message.GetString("channel") ?? "",
            message.GetString("from"),
            message["message"],
            message.GetBoolean("verified")
        );
}
