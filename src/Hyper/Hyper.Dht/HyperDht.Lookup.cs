using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    /// <summary>Searches for nodes that know how to reach the peer that listens under <paramref name="publicKey"/>.</summary>
    /// <returns>One item for each node that has the peer's record.</returns>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public DhtSearch FindPeerAsync(
        in Bytes32 publicKey,
        DhtSearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var query = CreateQuery(HyperDhtCommand.FindPeer, GetTarget(publicKey), ToQueryOptions(options));
        return new DhtSearch(query, ReadFoundPeer, cancellationToken);
    }

    /// <summary>Searches for the peers that have announced <paramref name="topic"/>.</summary>
    /// <returns>An item for each record at each node: at most 20 a node, chosen there at random.</returns>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public DhtSearch LookupAsync(
        in Bytes32 topic,
        DhtSearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var query = CreateQuery(HyperDhtCommand.Lookup, topic, ToQueryOptions(options));
        return new DhtSearch(query, ReadLookup, cancellationToken);
    }

    internal DhtQuery CreateQuery(uint command, in Bytes32 target, DhtQueryOptions options)
    {
        ThrowIfDestroyed();
        return _node.Query(new DhtRequest(command) { Target = target }, options);
    }

    internal static bool TryReadPeer(DhtReply reply, out DhtPeer peer)
    {
        peer = DhtPeer.None;
        return reply.Value is { } value && PeerRecordCodec.TryRead(value.Span, out peer);
    }

    private static IEnumerable<FoundPeer> ReadFoundPeer(DhtReply reply) =>
        TryReadPeer(reply, out var peer) ? [new FoundPeer(peer, reply.From)] : [];

    private static IEnumerable<FoundPeer> ReadLookup(DhtReply reply)
    {
        if (reply.Value is not { } value || !LookupReplyCodec.TryRead(value.Span, out var lookup))
            return [];
        var bump = ToBump(lookup.Bump);
        return lookup.Peers.Select(peer => new FoundPeer(peer, reply.From, bump));
    }

    private static DateTimeOffset? ToBump(ulong milliseconds) =>
        milliseconds == 0 || milliseconds > (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? null
            : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    private static DhtQueryOptions ToQueryOptions(DhtSearchOptions? options) =>
        new()
        {
            Nodes = options?.Nodes,
            Attempts = options?.Attempts,
            Timeout = options?.Timeout,
        };
}
