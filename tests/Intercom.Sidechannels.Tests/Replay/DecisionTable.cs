using System.Globalization;
using System.Text;

namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>
/// Every gate by every role, as JavaScript was recorded to decide and as we do, in Markdown; the deliberate differences
/// below it, each with its reason.
/// </summary>
internal sealed class DecisionTable(IReadOnlyList<Decision> decisions)
{
    public const string Begin = "<!-- decisions -->";
    public const string End = "<!-- /decisions -->";

    public string Render()
    {
        var text = new StringBuilder();
        text.Append("| gate | who | JavaScript | here |\n|---|---|---|---|\n");
        foreach (var gate in DecisionReader.Gates)
        {
            var rows = decisions
                .Where(one => one.Gate == gate)
                .GroupBy(one => one.Role)
                .OrderBy(row => row.Key, StringComparer.Ordinal);
            foreach (var row in rows)
            {
                var notes = row.Where(one => one.Js != one.Ours).Select(NoteOf).Distinct().Order();
                var marks = string.Concat(notes.Select(note => $" ({note})"));
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {gate} | {row.Key} | {Cell(row.Select(one => one.Js))} | {Cell(row.Select(one => one.Ours))}{marks} |\n"
                );
            }
        }
        text.Append('\n');
        foreach (var (why, number) in Reasons.Select((why, index) => (why, index + 1)))
        {
            var cases = decisions
                .Where(one => one.Js != one.Ours && one.Js != DecisionReader.NoDecision)
                .Where(one => DeliberateDifferences.WhyOf(one.Case, one.Step) == why)
                .Select(one => $"`{one.Case}` {one.Js} → {one.Ours}")
                .ToList();
            var list = cases.Count == 0 ? "" : $": {string.Join("; ", cases)}";
            text.Append(CultureInfo.InvariantCulture, $"({number}) {Capital(why)}{list}.\n\n");
        }
        return text.ToString();
    }

    private IReadOnlyList<string> Reasons =>
        field ??= [
            .. decisions
                .Where(one => one.Js != one.Ours)
                .Select(one => DeliberateDifferences.WhyOf(one.Case, one.Step))
                .Distinct(),
        ];

    private int NoteOf(Decision decision) =>
        1 + Reasons.ToList().IndexOf(DeliberateDifferences.WhyOf(decision.Case, decision.Step));

    private static string Cell(IEnumerable<string> outcomes) =>
        string.Join(
            "; ",
            outcomes
                .GroupBy(outcome => outcome)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => $"{group.Key} {group.Count()}")
        );

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
