using System.Globalization;
using System.Text;
using Nat.Tests.Namespaces;
using TestKit.Partners;

namespace Nat.Tests.Matrix;

/// <summary>
/// Collects what each cell came to. Where <c>INTERCOM_MATRIX_REPORT</c> names a Markdown file of the repository, all are run,
/// and the table is printed there when the run is over.
/// </summary>
public sealed class NatReport : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<NatCell, string> _outcomes = [];

    /// <summary>Whether all cells are asked for, and not only what every change is tested with.</summary>
    public static bool IsAskedFor => MatrixSection.Target is not null;

    internal void Set(NatCell cell, string outcome)
    {
        lock (_lock)
            _outcomes[cell] = outcome;
    }

    public void Dispose()
    {
        if (_outcomes.Count > 0)
            MatrixSection.Write("nat", Render());
    }

    private string Render()
    {
        var text = new StringBuilder("| dialler to server |");
        foreach (var (dialler, server) in NatCell.Columns)
            text.Append(CultureInfo.InvariantCulture, $" {dialler.Name()} to {server.Name()} |");
        text.Append("\n|---|").Insert(text.Length, "---|", NatCell.Columns.Count).Append('\n');
        foreach (var row in NatCell.Rows)
        {
            var more =
                row.HasRelay ? ", with a relay"
                : row.IsOneNetwork ? ", both behind the same"
                : "";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Dialler.Name()} to {row.Server.Name()}{more} |");
            foreach (var (dialler, server) in NatCell.Columns)
            {
                var cell = new NatCell(dialler, row.Dialler, server, row.Server, row.HasRelay, row.IsOneNetwork);
                text.Append(CultureInfo.InvariantCulture, $" {_outcomes.GetValueOrDefault(cell, "not run")} |");
            }
            text.Append('\n');
        }
        return text.ToString();
    }
}
