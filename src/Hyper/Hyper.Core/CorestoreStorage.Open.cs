using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    private readonly Dictionary<Bytes32, OpenCore> _open = [];
    private readonly SerialQueue _opening = new();

    /// <summary>The one object of a core in this store.</summary>
    internal Task<OpenCore> OpenCoreAsync(HypercoreOptions options, CoreAlias? alias) =>
        _opening.RunAsync(async () =>
        {
            var key = options.Key ?? (options.IsCompat ? null : options.Manifest?.ComputeKey());
            if (key is { } known && _open.TryGetValue(known, out var open))
                return open;
            var core = await OpenCore.OpenAsync(this, options, alias);
            return _open.TryAdd(core.Key, core) ? core : _open[core.Key];
        });
}
