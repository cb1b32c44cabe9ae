using Hyper.Crypto;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    /// <summary>Looks <paramref name="topic"/> up and announces us under it at the nearest nodes, at most 20.</summary>
    /// <returns>
    /// The search; its records are those of a lookup. The announces follow when it is over, and
    /// <see cref="DhtSearch.FinishedAsync"/> tells how many succeeded. Nodes forget a record after 13 to 27 minutes:
    /// announce again within ten.
    /// </returns>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public DhtSearch AnnounceAsync(
        in Bytes32 topic,
        KeyPair keyPair,
        DhtAnnounceOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new DhtAnnounceOptions();
        var target = topic;
        var peer = new DhtPeer(keyPair.PublicKey, options.RelayAddresses.ToArray());
        var bump = (ulong)Math.Max(0, options.Bump?.ToUnixTimeMilliseconds() ?? 0);
        var unannounces = options.Clear ? new List<Task>() : null;
        var queryOptions = ToQueryOptions(options.Search) with
        {
            OnReply = unannounces is null ? null : reply => UnannounceIfListed(reply, target, keyPair, unannounces),
            Commit = async (reply, token) =>
            {
                // Forgetting comes before remembering, at the same nodes too.
                if (unannounces is not null)
                    await Task.WhenAll(unannounces);
                return await RequestAnnounceAsync(reply, target, keyPair, peer, bump, token);
            },
        };
        if (options.Clear)
            _store.Forget(target, keyPair.PublicKey);
        var query = CreateQuery(HyperDhtCommand.Lookup, target, queryOptions);
        return new DhtSearch(query, ReadLookup, cancellationToken);
    }

    /// <summary>Looks a topic up and tells every node that names us, or may, to forget us.</summary>
    /// <inheritdoc cref="LookupAsync" path="/returns"/>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public DhtSearch LookupAndUnannounceAsync(
        in Bytes32 topic,
        KeyPair keyPair,
        DhtSearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var target = topic;
        var unannounces = new List<Task>();
        _store.Forget(target, keyPair.PublicKey);
        var queryOptions = ToQueryOptions(options) with
        {
            OnReply = reply => UnannounceIfListed(reply, target, keyPair, unannounces),
            // Nothing is written at the nearest nodes; the search is over when everyone was told.
            Commit = async (_, _) =>
            {
                await Task.WhenAll(unannounces);
                return true;
            },
        };
        var query = CreateQuery(HyperDhtCommand.Lookup, target, queryOptions);
        return new DhtSearch(query, ReadLookup, cancellationToken);
    }

    /// <summary>Tells every node that names us under <paramref name="topic"/> to forget us.</summary>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public Task UnannounceAsync(
        in Bytes32 topic,
        KeyPair keyPair,
        DhtSearchOptions? options = null,
        CancellationToken cancellationToken = default
    ) => LookupAndUnannounceAsync(topic, keyPair, options, cancellationToken).FinishedAsync();

    /// <summary>Announces a peer at one node that has just answered.</summary>
    internal async Task<bool> RequestAnnounceAsync(
        DhtReply reply,
        Bytes32 target,
        KeyPair keyPair,
        DhtPeer peer,
        ulong bump,
        CancellationToken cancellationToken
    )
    {
        if (reply.Token is not { } token || reply.FromId is not { } nodeId)
            return false;
        // A token may have grown old since; the refusal brings a fresh one.
        for (var tries = 0; tries < 2; tries++)
        {
            var value = EncodeAnnounce(DhtNamespaces.Announce, keyPair, target, nodeId, token, peer, bump);
            var request = new DhtRequest(HyperDhtCommand.Announce)
            {
                Target = target,
                Token = token,
                Value = value,
            };
            var result = await _node.RequestAsync(request, reply.From, null, cancellationToken);
            if (result.Reply is not { Error: DhtErrorCode.InvalidToken, Token: { } fresh })
                return result.IsSuccess;
            token = fresh;
        }
        return false;
    }

    /// <summary>Tells one node to forget a peer.</summary>
    internal async Task<bool> RequestUnannounceAsync(
        UdpAddress node,
        Bytes32? nodeId,
        Bytes32? token,
        Bytes32 target,
        KeyPair keyPair,
        CancellationToken cancellationToken
    )
    {
        if (nodeId is not { } id || token is not { } proof)
            return false;
        var peer = new DhtPeer(keyPair.PublicKey, ReadOnlyMemory<UdpAddress>.Empty);
        var request = new DhtRequest(HyperDhtCommand.Unannounce)
        {
            Target = target,
            Token = proof,
            Value = EncodeAnnounce(DhtNamespaces.Unannounce, keyPair, target, id, proof, peer, bump: 0),
        };
        var result = await _node.RequestAsync(request, node, null, cancellationToken);
        return result.IsSuccess;
    }

    private void UnannounceIfListed(DhtReply reply, in Bytes32 target, KeyPair keyPair, List<Task> unannounces)
    {
        if (reply.Value is not { } value || !LookupReplyCodec.TryRead(value.Span, out var lookup))
            return;
        // A full answer is a random choice: we may be among those left out.
        var isListed = lookup.Peers.Length >= PersistentStore.MaxLookupRecords;
        for (var i = 0; !isListed && i < lookup.Peers.Length; i++)
            isListed = lookup.Peers[i].PublicKey == keyPair.PublicKey;
        if (isListed)
        {
            unannounces.Add(
                RequestUnannounceAsync(reply.From, reply.FromId, reply.Token, target, keyPair, CancellationToken.None)
            );
        }
    }

    private static byte[] EncodeAnnounce(
        in Bytes32 @namespace,
        KeyPair keyPair,
        in Bytes32 target,
        in Bytes32 nodeId,
        in Bytes32 token,
        DhtPeer peer,
        ulong bump
    )
    {
        var record = PeerRecordCodec.Encode(peer);
        return AnnounceCodec.Encode(
            new Announce
            {
                Peer = peer,
                Signature = RecordSignature.SignAnnounce(keyPair, @namespace, target, nodeId, token, record),
                Bump = bump,
            }
        );
    }
}
