using System.Globalization;
using System.Text;
using Interop.Tests.Harness;
using Interop.Tests.Layers;

namespace Interop.Tests.Matrix;

/// <summary>
/// Collects what each cell of the interop matrix came to. Where <c>INTERCOM_MATRIX_REPORT</c> names a Markdown file of the
/// repository, the whole matrix is run and printed there, between two marks, when the run is over.
/// </summary>
public sealed class MatrixReport : IDisposable
{
    public const string Passed = "pass";

    public const string Failed = "**fail**";
    private const string NotReached = "not run";

    private static readonly (PartnerSet Set, Role Role)[] _columns =
    [
        (PartnerSet.Pinned, Role.WeDial),
        (PartnerSet.Pinned, Role.TheyDial),
        (PartnerSet.Newest, Role.WeDial),
        (PartnerSet.Newest, Role.TheyDial),
    ];

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Row, string What, PartnerSet Set, Role Role), string> _cells = [];
    private readonly List<string> _notes = [];

    /// <summary>Whether the whole matrix is asked for, and not only what every change is tested with.</summary>
    public static bool IsAskedFor => MatrixSection.Target is not null;

    private static IEnumerable<(string Row, string What)> Rows =>
        [
            .. from path in PathCondition.All from what in PathMatrixTests.ActivitiesOn(path) select (path.Name, what),
            .. from what in NetworkMatrixTests.Activities select (NetworkMatrixTests.Row, what),
        ];

    /// <summary>Notes what a cell came to.</summary>
    internal void Set(string row, string what, PartnerSet set, Role role, string outcome)
    {
        lock (_lock)
            _cells[(row, what, set, role)] = outcome;
    }

    /// <summary>The text of a cell that does not apply; the reason stands below the table.</summary>
    internal string NotApplicable(string reason)
    {
        lock (_lock)
        {
            if (!_notes.Contains(reason))
                _notes.Add(reason);
            return $"n.a. ({_notes.IndexOf(reason) + 1})";
        }
    }

    public void Dispose()
    {
        if (_cells.Count > 0)
            MatrixSection.Write("matrix", Render());
    }

    private string Render()
    {
        var text = new StringBuilder();
        text.Append(
            "| path or network | what | pinned, we dial | pinned, they dial | newest, we dial | newest, they dial |\n"
        );
        text.Append("|---|---|---|---|---|---|\n");
        foreach (var (row, what) in Rows)
        {
            var cells = _columns.Select(column =>
                _cells.GetValueOrDefault((row, what, column.Set, column.Role), NotReached)
            );
            text.Append(CultureInfo.InvariantCulture, $"| {row} | {what} | {string.Join(" | ", cells)} |\n");
        }
        text.Append('\n');
        for (var i = 0; i < _notes.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"({i + 1}) {_notes[i]}\n\n");
        return text.ToString();
    }
}
