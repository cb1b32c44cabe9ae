namespace TestKit.Programs;

/// <summary>
/// What a shell without job control leaves to programs that it starts in the background, and they to theirs: SIGINT is ignored.
/// The runtime respects that, so that a program under test which inherits it would not be stopped by SIGINT.
/// </summary>
public static class InheritedSignals
{
    private const string IgnoredMask = "SigIgn:";

    private static readonly Lazy<bool> _ignoresInterrupt = new(() =>
        OperatingSystem.IsLinux() && IgnoresInterrupt(File.ReadAllLines("/proc/self/status"))
    );

    /// <summary>Whether the lines of a process's <c>/proc/…/status</c> say that it ignores SIGINT.</summary>
    public static bool IgnoresInterrupt(IEnumerable<string> status)
    {
        const int interruptBit = 1 << (Signals.Interrupt - 1);
        var mask = status.Single(line => line.StartsWith(IgnoredMask, StringComparison.Ordinal))[IgnoredMask.Length..];
        return (Convert.ToUInt64(mask.Trim(), 16) & interruptBit) != 0;
    }

    /// <summary>The command line that starts a program with SIGINT as at a terminal: its own unless this run ignores it.</summary>
    internal static (string Program, IEnumerable<string> Arguments) Reset(
        string program,
        IReadOnlyList<string> arguments
    ) => _ignoresInterrupt.Value ? ("env", ResetBefore([program, .. arguments])) : (program, arguments);

    /// <summary>Arguments of GNU <c>env</c>, which runs the command line in its own process.</summary>
    public static IEnumerable<string> ResetBefore(IEnumerable<string> commandLine) =>
        ["--default-signal=INT", .. commandLine];
}
