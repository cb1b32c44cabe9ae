using System.Diagnostics;
using System.Security.Cryptography;

namespace TestKit.Partners;

/// <summary>
/// Brings a set's packages from its lock file into its <c>node_modules</c>. A stamp with the lock file's hash makes a
/// second run free; a file lock makes test processes that start together take turns.
/// </summary>
public static class PartnerInstall
{
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LockRetryPeriod = TimeSpan.FromMilliseconds(200);

    public static async Task EnsureAsync(PartnerSet set, CancellationToken cancellationToken)
    {
        var folder = PartnerFolder.Of(set);
        var stamp = Path.Combine(folder, "node_modules", ".interop-stamp");
        var wanted = HashOfLockFile(folder);
        if (IsCurrent(stamp, wanted))
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(InstallDeadline);
        await using var turn = await TakeTurnAsync(Path.Combine(folder, ".install.lock"), deadline.Token);
        if (IsCurrent(stamp, wanted))
            return;
        await RunNpmAsync(folder, deadline.Token);
        await File.WriteAllTextAsync(stamp, wanted, deadline.Token);
    }

    private static string HashOfLockFile(string folder) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "package-lock.json"))));

    private static bool IsCurrent(string stamp, string wanted) =>
        File.Exists(stamp) && File.ReadAllText(stamp) == wanted;

    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken cancellationToken)
    {
        using var period = new PeriodicTimer(LockRetryPeriod);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                await period.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    private static async Task RunNpmAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The packages bring their native parts built; nothing of theirs needs to run at installation.
        foreach (var argument in (string[])["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            start.ArgumentList.Add(argument);
        using var npm = Process.Start(start) ?? throw new PartnerException("npm could not be started.");
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
                throw new PartnerException(
                    $"'npm ci' in {folder} ended with {npm.ExitCode}.\n{await errors}\n{await output}"
                );
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw new PartnerException($"'npm ci' in {folder} did not end within {InstallDeadline}.");
        }
    }
}
