using System.Diagnostics;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary>Says every two seconds how far something long has come, beside the results. Says nothing where results are JSON.</summary>
internal sealed class ProgressNote(string what, Output output) : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(2);

    private long _toldAt = Stopwatch.GetTimestamp();
    private bool _isDone;

    public void Report(ulong done, ulong total)
    {
        if (_isDone || output.AsJson || total == 0 || Stopwatch.GetElapsedTime(_toldAt) < _period)
            return;
        _toldAt = Stopwatch.GetTimestamp();
        Output.Note($"{what}: {100 * done / total} %");
    }

    public void Dispose() => _isDone = true;
}
