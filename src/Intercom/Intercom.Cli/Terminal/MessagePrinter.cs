using Hyper.Encoding.Json;
using Intercom.Sidechannels;
using Spectre.Console;

namespace Intercom.Cli.Terminal;

/// <summary>Shows messages to a person: channel, sender, a mark if the signature does not vouch for it, and the text.</summary>
internal static class MessagePrinter
{
    private const int ShortKeyLength = 8;

    /// <summary>Prints a message of a peer in this process.</summary>
    public static void Print(SidechannelMessage message) =>
        Print(
            Consoles.Results,
            message.Channel,
            message.From,
            message.Message,
            message.Sender switch
            {
                SenderCheck.Verified => true,
                SenderCheck.Unverified => false,
                _ => null,
            }
        );

    /// <summary>Prints a message; <paramref name="verified"/> is null when nobody has looked at the signature.</summary>
    public static void Print(IAnsiConsole console, string channel, string? from, JsValue? message, bool? verified)
    {
        var sender = from is null ? "?" : from[..Math.Min(ShortKeyLength, from.Length)];
        var mark = verified switch
        {
            true => "",
            false => " [red](signature does not verify)[/]",
            null => " [yellow](not verified)[/]",
        };
        console.Markup($"[blue]{OneLine(channel)}[/] [green]{OneLine(sender)}[/]{mark} ");
        console.WriteLine(TerminalText.Lines(message is JsString text ? text.Value : message?.ToString() ?? ""));
    }

    private static string OneLine(string text) => Markup.Escape(TerminalText.OneLine(text));
}
