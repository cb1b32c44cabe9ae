using System.Globalization;
using Hyper.Encoding.Json;
using Spectre.Console;

namespace Intercom.Cli.Terminal;

/// <summary>
/// Where a command's results go: text for people, or one JSON object a line. Errors and notes go to the error stream,
/// so that results can be piped.
/// </summary>
internal sealed class Output(bool asJson)
{
    public bool AsJson { get; } = asJson;

    /// <summary>One result: as JSON, or as what <paramref name="forPeople"/> writes.</summary>
    public void Result(JsObject json, Action<IAnsiConsole> forPeople)
    {
        if (AsJson)
            Console.Out.WriteLine(TerminalText.Json(JsJson.Stringify(json)));
        else
            forPeople(Consoles.Results);
    }

    /// <summary>A line with markup, whose inserted values are shown as they are, on that line.</summary>
    public static void Line(IAnsiConsole console, FormattableString markup, bool endsLine = true)
    {
        var values = markup.GetArguments();
        for (var i = 0; i < values.Length; i++)
            values[i] = values[i] is string text ? TerminalText.OneLine(text) : values[i];
        console.MarkupInterpolated(CultureInfo.InvariantCulture, markup);
        if (endsLine)
            console.WriteLine();
    }

    /// <summary>A remark beside the results.</summary>
    public static void Note(string text) => Line(Consoles.Notes, $"[grey]{text}[/]");

    /// <summary>Something the user should look at.</summary>
    public static void Warn(string text) => Line(Consoles.Notes, $"[yellow]warning:[/] {text}");

    /// <summary>Why the command failed.</summary>
    public static void Error(string text) => Line(Consoles.Notes, $"[red]error:[/] {text}");
}
