using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace TestKit.Partners;

/// <summary>
/// Starts JavaScript partners, one process each. Shared by all tests of the run; installs a set's packages at its first
/// use. Without Node.js the tests are skipped, or fail where the environment says <c>CI=true</c>.
/// </summary>
public sealed class NodePartners : IDisposable
{
    private const string Node = "node";
    private const int OldestNodeMajor = 20;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<PartnerSet> _installed = [];
    private string? _missing;
    private bool _probed;

    /// <summary>Starts a partner; the caller disposes it.</summary>
    /// <param name="set">The packages that it runs.</param>
    /// <param name="networkNamespace">
    /// The network namespace that it lives in, and where it may use any address; without one it keeps to loopback.
    /// </param>
    public async Task<PartnerProcess> StartAsync(PartnerSet set, string? networkNamespace = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_probed)
            {
                _missing = await ProbeNodeAsync(cancellationToken);
                _probed = true;
            }
            Prerequisite.Require(_missing);
            if (!_installed.Contains(set))
            {
                await PartnerInstall.EnsureAsync(set, cancellationToken);
                _installed.Add(set);
            }
        }
        finally
        {
            _turn.Release();
        }
        var name = PartnerFolder.NameOf(set);
        return networkNamespace is null
            ? await PartnerProcess.StartAsync(name, Node, [PartnerFolder.Driver, name])
            : await PartnerPlace.StartAsync(networkNamespace, name, Node, PartnerFolder.Driver, name);
    }

    public void Dispose() => _turn.Dispose();

    private static async Task<string?> ProbeNodeAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Node, ["--version"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        try
        {
            using var node = Process.Start(start) ?? throw new Win32Exception();
            var version = (await node.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
            var major = version.TrimStart('v').Split('.')[0];
            return int.TryParse(major, CultureInfo.InvariantCulture, out var number) && number >= OldestNodeMajor
                ? null
                : $"The JavaScript partners need Node.js {OldestNodeMajor} or later; 'node --version' says '{version}'.";
        }
        catch (Win32Exception)
        {
            return $"The JavaScript partners need Node.js {OldestNodeMajor} or later; there is no 'node' on the path.";
        }
    }
}
