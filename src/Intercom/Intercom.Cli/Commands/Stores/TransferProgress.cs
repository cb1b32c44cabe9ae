using Hyper.Core;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary>
/// How far the download of a range is: a bar on a terminal, a line every two seconds elsewhere, a JSON object every second
/// where results are JSON.
/// </summary>
internal sealed class TransferProgress(LocalStore store, Hypercore core, ulong start, ulong end) : IDisposable
{
    private static readonly TimeSpan _jsonPeriod = TimeSpan.FromSeconds(1);

    private readonly ProgressBar? _bar = !store.Output.AsJson && ProgressBar.IsPossible ? new ProgressBar() : null;
    private readonly ProgressNote _note = new("blocks", store.Output);
    private readonly TimeProvider _time = store.Storage.Loop.Time;
    private readonly long _startedAt = store.Storage.Loop.Time.GetTimestamp();
    private readonly ulong _hadAtStart = core.CountStored(start, end);
    private long _toldAt = store.Storage.Loop.Time.GetTimestamp();

    /// <summary>Tells how far it is.</summary>
    /// <returns>Blocks of the range that are stored.</returns>
    public ulong Report()
    {
        var (stored, total, peers) = (core.CountStored(start, end), end - start, core.Peers.Count);
        if (store.Output.AsJson)
            ReportAsJson(stored, total, peers);
        else if (_bar is not null)
            _bar.Draw(stored, total, $"{stored} of {total} blocks, {Rate(stored):0}/s, {PeersText(peers)}");
        else
            _note.Report(stored, total);
        return stored;
    }

    public static string PeersText(int peers) => peers == 1 ? "1 peer" : $"{peers} peers";

    public void Dispose()
    {
        _bar?.Dispose();
        _note.Dispose();
    }

    private double Rate(ulong stored) =>
        (stored - _hadAtStart) / Math.Max(0.001, _time.GetElapsedTime(_startedAt).TotalSeconds);

    private void ReportAsJson(ulong stored, ulong total, int peers)
    {
        if (_time.GetElapsedTime(_toldAt) < _jsonPeriod)
            return;
        _toldAt = _time.GetTimestamp();
        var json = new JsObject
        {
            ["type"] = "progress",
            ["stored"] = stored,
            ["blocks"] = total,
            ["peers"] = peers,
        };
        store.Output.Result(json, _ => { });
    }
}
