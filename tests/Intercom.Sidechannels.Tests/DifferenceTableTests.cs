using System.Reflection;
using System.Text.RegularExpressions;
using TestKit;

namespace Intercom.Sidechannels.Tests;

/// <summary>Each deliberate difference of docs/protocol/sidechannels.md names the tests that show it.</summary>
public sealed partial class DifferenceTableTests
{
    [Fact]
    public void Every_difference_names_tests_that_there_are()
    {
        var rows = RepositoryFiles
            .Read("docs/protocol/sidechannels.md")
            .Split('\n')
            .SkipWhile(line => line != "## Deliberate differences")
            .SkipWhile(line => !line.StartsWith("|---", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.StartsWith('|'))
            .ToList();

        Assert.True(rows.Count > 10, $"Only {rows.Count} differences were found.");
        foreach (var row in rows)
        {
            var cells = row.Trim('|').Split(" | ");
            Assert.True(cells.Length == 4, row);
            var named = TestName().Matches(cells[3]);
            Assert.True(named.Count > 0, $"No test is named: {row}");
            Assert.All(
                named,
                test => Assert.True(IsTest(test.Groups["class"].Value, test.Groups["method"].Value), row)
            );
        }
    }

    private static bool IsTest(string type, string method) =>
        typeof(DifferenceTableTests)
            .Assembly.GetTypes()
            .Where(one => one.Name == type)
            .SelectMany(one => one.GetMethods())
            .Any(one => one.Name == method && one.GetCustomAttributes<FactAttribute>(inherit: true).Any());

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TestName();
}
