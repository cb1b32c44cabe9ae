using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Records;

internal sealed partial class PersistentStore
{
    /// <summary>Stores a signed announce, or renews one by its refresh secret.</summary>
    /// <param name="target">The topic, or the hash of the announcer's own key.</param>
    /// <param name="token">The token of the request; the RPC node has checked it.</param>
    /// <param name="nodeId">Our own id, which the signature covers.</param>
    /// <param name="value">The encoded <see cref="Announce"/>.</param>
    /// <param name="from">Where the request came from: for a self-announce, the way to the peer.</param>
    public StoreAnswer Announce(
        Bytes32? target,
        Bytes32? token,
        in Bytes32 nodeId,
        ReadOnlySpan<byte> value,
        in UdpAddress from
    )
    {
        if (target is not { } key || token is not { } proof || !AnnounceCodec.TryRead(value, out var announce))
            return StoreAnswer.Silence;
        if (announce.Peer is not { } peer)
            return announce.Refresh is { } secret ? Renew(secret, from) : StoreAnswer.Silence;
        if (!RecordSignature.VerifyAnnounce(announce, DhtNamespaces.Announce, key, nodeId, proof))
            return StoreAnswer.Silence;

        var entry = new Refreshable(
            key,
            peer.PublicKey,
            PeerRecordCodec.Encode(peer),
            Blake2b.Hash(peer.PublicKey.Span) == key
        );
        Keep(entry, from);
        if (!entry.IsSelf)
            Bump(key, announce.Bump, from);
        if (announce.Refresh is { } refresh)
            _refreshes.Set(refresh, entry, from);
        return StoreAnswer.Done;
    }

    /// <summary>Forgets a peer on its own signed word.</summary>
    public StoreAnswer Unannounce(Bytes32? target, Bytes32? token, in Bytes32 nodeId, ReadOnlySpan<byte> value)
    {
        if (target is not { } key || token is not { } proof || !AnnounceCodec.TryRead(value, out var unannounce))
            return StoreAnswer.Silence;
        if (!RecordSignature.VerifyAnnounce(unannounce, DhtNamespaces.Unannounce, key, nodeId, proof))
            return StoreAnswer.Silence;
        Forget(key, unannounce.Peer!.PublicKey);
        return StoreAnswer.Done;
    }

    /// <summary>Forgets a peer under a topic; also used by the node for its own records.</summary>
    public void Forget(in Bytes32 target, in Bytes32 publicKey)
    {
        if (Blake2b.Hash(publicKey.Span) == target)
            router.RemoveRoute(target);
        _records.Remove(target, publicKey);
    }

    private StoreAnswer Renew(in Bytes32 secret, in UdpAddress from)
    {
        var hash = Blake2b.Hash(secret.Span);
        if (!_refreshes.TryGet(hash, out var entry))
            return StoreAnswer.Silence;
        Keep(entry, from);
        // The secret becomes the next hash: whoever made the chain can go one link further, nobody else.
        _refreshes.Remove(hash);
        _refreshes.Set(secret, entry, from);
        return StoreAnswer.Done;
    }

    private void Keep(Refreshable entry, in UdpAddress from)
    {
        if (!entry.IsSelf)
        {
            _records.Set(entry.Target, entry.PublicKey, entry.Record, from);
            return;
        }
        router.SetRoute(entry.Target, from, entry.Record);
        _records.Remove(entry.Target, entry.PublicKey);
    }

    private void Bump(in Bytes32 topic, ulong bump, in UdpAddress from)
    {
        var latest = loop.Time.GetUtcNow().Add(_maxBumpDrift).ToUnixTimeMilliseconds();
        _bumps.TryGet(topic, out var current);
        if (bump > current && bump <= (ulong)latest)
            _bumps.Set(topic, bump, from);
    }
}
