using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    /// <summary>So many cores stay in memory, used or not, before any is closed.</summary>
    private const int MinSweep = 256;

    private readonly Dictionary<Bytes32, OpenCore> _open = [];
    private readonly SerialQueue _opening = new();
    private int _sweepAt = MinSweep;

    /// <summary>How many cores are in memory.</summary>
    internal int OpenCores => _open.Count;

    /// <summary>The one object of a core in this store.</summary>
    internal Task<OpenCore> OpenCoreAsync(HypercoreOptions options, CoreAlias? alias) =>
        _opening.RunAsync(async () =>
        {
            var key = options.Key ?? (options.IsCompat ? null : options.Manifest?.ComputeKey());
            if (key is { } known && _open.TryGetValue(known, out var open))
            {
                open.WasOpened = true;
                return open;
            }
            if (_open.Count >= _sweepAt)
                CloseIdleCores();
            var core = await OpenCore.OpenAsync(this, options, alias);
            if (_open.TryAdd(core.Key, core))
                return core;
            core.Close();
            return _open[core.Key];
        });

    /// <summary>
    /// Closes cores that nobody uses and nobody asked for since the last time, so that memory follows the cores in use and not
    /// those that were ever used. Costs little on average: the next time is when there are half as many again.
    /// </summary>
    private void CloseIdleCores()
    {
        foreach (var core in _open.Values.ToArray())
        {
            if (core.IsIdle && !core.WasOpened)
            {
                _open.Remove(core.Key);
                core.Close();
            }
            core.WasOpened = false;
        }
        _sweepAt = Math.Max(MinSweep, _open.Count + (_open.Count / 2) + (MinSweep / 4));
    }
}
