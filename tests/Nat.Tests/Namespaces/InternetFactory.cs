using System.Globalization;
using TestKit.Partners;

namespace Nat.Tests.Namespaces;

/// <summary>
/// Makes internets for the tests of one process, each with names of its own: a fixed word, the process id and a number. At the
/// first use it removes what processes that are no more have left. Without root, <c>ip</c> or <c>nft</c> the tests are skipped,
/// or fail where the environment says <c>CI=true</c>.
/// </summary>
public sealed class InternetFactory : IDisposable
{
    private const string Word = "intercom-nat-";
    private const string Need = "NATs in network namespaces need Linux, root, 'ip' (iproute2) and 'nft' (nftables)";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _probed;
    private string? _missing;
    private int _count;

    internal async Task<Internet> CreateAsync()
    {
        await _turn.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_probed)
                _missing = await ProbeAsync();
            _probed = true;
        }
        finally
        {
            _turn.Release();
        }
        Prerequisite.Require(_missing);
        return await Internet.CreateAsync(NameOf(Environment.ProcessId, $"{Interlocked.Increment(ref _count)}-"));
    }

    public void Dispose() => _turn.Dispose();

    private static async Task<string?> ProbeAsync()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return $"{Need}.";
        try
        {
            await SweepAsync();
            await using var trial = await NetworkNamespace.CreateAsync(NameOf(Environment.ProcessId, "trial"));
            await trial.FilterAsync("table ip trial { }");
            return null;
        }
        catch (IOException error)
        {
            return $"{Need}: {error.Message}";
        }
    }

    /// <summary>The name of a namespace of a process.</summary>
    internal static string NameOf(int process, string rest) => $"{Word}{process}-{rest}";

    /// <summary>Removes the namespaces of processes that are no more.</summary>
    internal static async Task SweepAsync()
    {
        foreach (var line in (await Tool.RunAsync("", "ip", "netns", "list")).Split('\n'))
        {
            var name = line.Split(' ')[0];
            if (
                name.StartsWith(Word, StringComparison.Ordinal)
                && int.TryParse(name[Word.Length..].Split('-')[0], CultureInfo.InvariantCulture, out var process)
                && !Directory.Exists($"/proc/{process}")
            )
            {
                await Tool.RunAsync("", "ip", "netns", "del", name);
            }
        }
    }
}
