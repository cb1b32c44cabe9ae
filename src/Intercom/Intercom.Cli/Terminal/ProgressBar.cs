using System.Globalization;

namespace Intercom.Cli.Terminal;

/// <summary>
/// A bar on the last line of the terminal that is drawn over and over. <see cref="Dispose"/> takes it away, so that results
/// and errors stand alone.
/// </summary>
internal sealed class ProgressBar : IDisposable
{
    private const int BarWidth = 30;
    private const string ToLineEnd = "\e[K";

    private bool _isDrawn;

    /// <summary>Whether the error stream is a terminal that can do so.</summary>
    public static bool IsPossible => !Console.IsErrorRedirected && Consoles.Notes.Profile.Capabilities.Ansi;

    /// <summary>Draws it.</summary>
    /// <param name="done">So much is done.</param>
    /// <param name="total">Of so much.</param>
    /// <param name="beside">What stands behind the bar.</param>
    public void Draw(ulong done, ulong total, string beside)
    {
        var part = total == 0 ? 1 : Math.Min(1, (double)done / total);
        var filled = (int)(part * BarWidth);
        var bar = new string('#', filled) + new string('-', BarWidth - filled);
        var line = string.Create(CultureInfo.InvariantCulture, $"[{bar}] {Math.Floor(100 * part)} %  {beside}");
        var width = Consoles.TerminalWidth - 1;
        Console.Error.Write($"\r{(line.Length > width ? line[..width] : line)}{ToLineEnd}");
        _isDrawn = true;
    }

    public void Dispose()
    {
        if (_isDrawn)
            Console.Error.Write($"\r{ToLineEnd}");
        _isDrawn = false;
    }
}
