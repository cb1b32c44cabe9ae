using Hyper.Dht.Internal.Records;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Routing;

/// <summary>
/// Passes handshakes and punch messages on between clients, relays and servers, as every node does for every other,
/// persistent or not. Knows two kinds of targets: servers of this node, and peers that announced themselves here, with
/// the address from which they did. Nothing of a message on its way is remembered: it keeps its transaction id, and the
/// answer finds its own way back. Belongs to one <see cref="HyperDht"/>. Source: hyperdht 6.27.0, lib/router.js; the
/// table of who answers what is in docs/protocol/hyperdht.md.
/// </summary>
internal sealed partial class Router(EventLoop loop, PersistentStoreLimits limits)
{
    private readonly Dictionary<Bytes32, IRoutedServer> _servers = [];
    private readonly RelayLimiter _limiter = new(loop);
    private readonly TwoGenerationCache<Bytes32, Route> _routes = new(
        loop.Time,
        limits.MaxRecords,
        limits.RecordAge,
        maxPerHost: limits.MaxRecordsPerHost
    );

    /// <summary>Messages passed on for others.</summary>
    public long Forwarded { get; private set; }

    /// <summary>Messages not passed on because of the <see cref="RelayLimiter"/>.</summary>
    public long Limited { get; private set; }

    public bool TryAddServer(in Bytes32 target, IRoutedServer server) => _servers.TryAdd(target, server);

    public void RemoveServer(in Bytes32 target) => _servers.Remove(target);

    /// <summary>Remembers the way to a peer that announced itself; our own servers need none.</summary>
    public void SetRoute(in Bytes32 target, in UdpAddress relay, byte[] record)
    {
        if (!_servers.ContainsKey(target))
            _routes.Set(target, new Route(relay, record), relay);
    }

    public void RemoveRoute(in Bytes32 target) => _routes.Remove(target);

    /// <summary>The encoded peer record of a target, or null.</summary>
    public byte[]? FindRecord(in Bytes32 target)
    {
        if (_servers.TryGetValue(target, out var server))
            return server.Record;
        return _routes.TryGet(target, out var route) ? route.Record : null;
    }

    /// <summary>Where a peer announced itself from, or null.</summary>
    public UdpAddress? FindRelay(in Bytes32 target) =>
        !_servers.ContainsKey(target) && _routes.TryGet(target, out var route) ? route.Relay : null;

    private IRoutedServer? FindServer(in Bytes32? target) =>
        target is { } key && _servers.TryGetValue(key, out var server) ? server : null;

    private UdpAddress? FindRelay(in Bytes32? target) => target is { } key ? FindRelay(key) : null;

    private bool MayPassOn(in UdpAddress from, in UdpAddress to, bool isChosenBySender)
    {
        if (_limiter.TryTake(from, to, isChosenBySender))
        {
            Forwarded++;
            return true;
        }
        Limited++;
        DhtMetrics.CountLimited(DhtMetrics.Relays);
        return false;
    }

    private sealed record Route(UdpAddress Relay, byte[] Record);
}
