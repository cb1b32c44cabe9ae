namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>
/// The decision table of docs/protocol/sidechannels.md is what the recorded cases and their replay come to. Where
/// <c>INTERCOM_DECISIONS_REPORT</c> names that file, the table is printed into it.
/// </summary>
public sealed class DecisionTableTests
{
    private const string Variable = "INTERCOM_DECISIONS_REPORT";

    [Fact]
    public void Table_is_equal_but_for_deliberate_differences_and_stands_in_the_documentation()
    {
        var decisions = ReplayTests.DecideAll();
        Assert.True(decisions.Count > 500, $"Only {decisions.Count} steps were decided.");
        Assert.Equal(DecisionReader.Gates.Order(), decisions.Select(one => one.Gate).Distinct().Order());
        var unexplained = decisions
            .Where(one => one.Js != one.Ours && DeliberateDifferences.Find(one.Case, one.Step) is null)
            .ToList();
        Assert.Empty(unexplained);

        var table = new DecisionTable(decisions).Render();
        var path = FindPage();
        var page = File.ReadAllText(path).ReplaceLineEndings("\n");
        var begin = page.IndexOf(DecisionTable.Begin, StringComparison.Ordinal) + DecisionTable.Begin.Length;
        var end = page.IndexOf(DecisionTable.End, StringComparison.Ordinal);
        Assert.InRange(end, begin, page.Length);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
            File.WriteAllText(path, $"{page[..begin]}\n\n{table}{page[end..]}");
        else
            Assert.Equal(table.Trim(), page[begin..end].Trim());
    }

    private static string FindPage()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var page = Path.Combine(at.FullName, "docs", "protocol", "sidechannels.md");
            if (File.Exists(page))
                return page;
        }
        throw new DirectoryNotFoundException($"No docs/protocol/sidechannels.md above {AppContext.BaseDirectory}.");
    }
}
