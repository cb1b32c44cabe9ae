using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;

namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    // Links over which cores of this store are replicated; each leaves when its connection ends.
    private readonly Dictionary<Protomux, ReplicationLink> _links = [];
    private readonly HashSet<ReplicationLink> _linksOfAll = [];

    /// <summary>What may be read for peers at a time.</summary>
    internal ReadBudget Reads { get; } = new();

    /// <summary>The link over a connection: the one that is there, or a new one.</summary>
    internal ReplicationLink GetLink(NoiseSecretStream stream)
    {
        var mux = Protomux.From(stream);
        return _links.TryGetValue(mux, out var link) ? link : Add(new ReplicationLink(mux, stream));
    }

    internal ReplicationLink Add(ReplicationLink link)
    {
        _links.Add(link.Mux, link);
        link.Closed += closed =>
        {
            _links.Remove(closed.Mux);
            _linksOfAll.Remove(closed);
        };
        return link;
    }

    /// <summary>Replicates every core in use, now or later, and every stored one that the other side asks for.</summary>
    internal void ReplicateAll(ReplicationLink link)
    {
        if (link.IsClosed || !_linksOfAll.Add(link))
            return;
        foreach (var name in ReplicationPeer.ProtocolNames)
            link.Mux.Pair(name, (_, id) => PairAsync(link, id));
        foreach (var core in _open.Values.Where(core => core.Sessions > 0).ToArray())
            link.Attach(core.Replicator);
    }

    /// <summary>A core in use takes part in what replicates all.</summary>
    internal void OnSessionOpened(OpenCore core)
    {
        foreach (var link in _linksOfAll.ToArray())
            link.Attach(core.Replicator);
    }

    /// <summary>The other side knows a discovery key; whether it knows the key, its handshake shows.</summary>
    private async ValueTask PairAsync(ReplicationLink link, ReadOnlyMemory<byte> id)
    {
        if (id.Length != Bytes32.Length || _isClosed)
            return;
        var storage = await ResumeAsync(new Bytes32(id.Span));
        var auth = storage is null ? null : await storage.GetAuthAsync();
        if (auth is null || _isClosed)
            return;
        var core = await OpenCoreAsync(new HypercoreOptions { Key = auth.Key, CreateIfMissing = false }, alias: null);
        if (!link.IsClosed && !_isClosed)
            link.Attach(core.Replicator);
    }

    private void CloseReplication()
    {
        var reason = new HypercoreException(HypercoreErrorCode.SessionClosed, "The store is closed.");
        foreach (var core in _open.Values)
            core.CloseReplication(reason);
        foreach (var link in _linksOfAll)
        {
            foreach (var name in ReplicationPeer.ProtocolNames)
                link.Mux.Unpair(name);
        }
        _linksOfAll.Clear();
        _links.Clear();
    }
}
