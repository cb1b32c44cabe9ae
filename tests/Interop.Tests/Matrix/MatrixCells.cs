using Interop.Tests.Harness;
using Interop.Tests.Layers;

namespace Interop.Tests.Matrix;

/// <summary>The cells of one row group for one set and role: each is run, and told to the report.</summary>
internal sealed class MatrixCells(MatrixReport report, string row, PartnerSet set, Role role)
{
    /// <summary>Runs a cell; a failure is told and thrown.</summary>
    public async Task RunAsync(string what, Func<Task> cell)
    {
        try
        {
            await cell();
        }
        catch
        {
            report.Set(row, what, set, role, MatrixReport.Failed);
            throw;
        }
        report.Set(row, what, set, role, MatrixReport.Passed);
    }

    /// <summary>Says why a cell does not apply.</summary>
    public void Skip(string what, string reason) => report.Set(row, what, set, role, report.NotApplicable(reason));
}
