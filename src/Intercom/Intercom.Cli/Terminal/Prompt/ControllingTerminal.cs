using System.Runtime.InteropServices;

namespace Intercom.Cli.Terminal.Prompt;

/// <summary>Whether there is a person at the keyboard.</summary>
internal static partial class ControllingTerminal
{
    private const int StandardInput = 0;

    /// <summary>
    /// Input and output are a terminal, and the program is not in the background, where a read would halt it
    /// (<c>intercom up &amp;</c>).
    /// </summary>
    public static bool IsAttended =>
        !Console.IsInputRedirected
        && !Console.IsOutputRedirected
        && (OperatingSystem.IsWindows() || GetForegroundGroup(StandardInput) == GetGroup());

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int GetForegroundGroup(int terminal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int GetGroup();
}
