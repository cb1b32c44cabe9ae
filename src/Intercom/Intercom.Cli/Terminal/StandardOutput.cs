using Microsoft.Win32.SafeHandles;

namespace Intercom.Cli.Terminal;

/// <summary>
/// The stream of results. The runtime's own drops what it writes into a pipe that nobody reads any more; here the writer
/// learns of it, so that <c>intercom tail | head -1</c> ends.
/// </summary>
internal static class StandardOutput
{
    private const int Handle = 1;

    /// <summary>Sets <see cref="Console.Out"/>; called before anything is written.</summary>
    public static void Prepare()
    {
        if (!Console.IsOutputRedirected)
            return;
        Console.SetOut(new StreamWriter(new ReportingStream(Open())) { AutoFlush = true });
    }

    private static Stream Open()
    {
        var console = Console.OpenStandardOutput();
        if (OperatingSystem.IsWindows())
            return console;
        try
        {
            var file = new FileStream(new SafeFileHandle(Handle, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            // In a file, the runtime's own appends where other writers of the same file have left off.
            return file.CanSeek ? console : file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return console;
        }
    }
}
