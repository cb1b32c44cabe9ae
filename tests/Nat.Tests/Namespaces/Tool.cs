using System.ComponentModel;
using System.Diagnostics;

namespace Nat.Tests.Namespaces;

/// <summary>Runs the system's programs that configure networks.</summary>
internal static class Tool
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(20);

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="IOException">It failed, did not end, or is not there; the text has what it said.</exception>
    public static async Task<string> RunAsync(string input, string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var command = $"{program} {string.Join(' ', arguments)}";
        // Never the test's own token: what a cancelled test has made must be removed all the same.
        using var patience = new CancellationTokenSource(_deadline);
        try
        {
            using var process = Process.Start(start) ?? throw new IOException($"'{command}' could not be started.");
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException error)
            {
                process.Kill(entireProcessTree: true);
                throw new IOException($"'{command}' did not end within {_deadline}.", error);
            }
            if (process.ExitCode != 0)
                throw new IOException(
                    $"'{command}' ended with {process.ExitCode}: {await errors}{await output}\n{input}"
                );
            return await output;
        }
        catch (Win32Exception error)
        {
            throw new IOException($"'{program}' cannot be run: {error.Message}", error);
        }
    }
}
