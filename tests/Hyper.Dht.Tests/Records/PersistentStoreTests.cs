using Hyper.Crypto;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Records;

public sealed class PersistentStoreTests
{
    private static readonly Bytes32 _nodeId = Fill(7);
    private static readonly Bytes32 _token = Fill(8);
    private static readonly Bytes32 _topic = Fill(9);
    private static readonly UdpAddress _from = new(0x0A00_0001, 4000);
    private static readonly UdpAddress _relay = new(0x0A00_0002, 5000);

    private readonly SimulatedWorld _world = new(1);
    private readonly Router _router;
    private readonly PersistentStore _store;

    public PersistentStoreTests()
    {
        var loop = _world.CreateHost("10.0.0.9");
        var limits = new PersistentStoreLimits();
        _router = new Router(loop, limits);
        _store = new PersistentStore(loop, _router, limits);
    }

    [Fact]
    public void Announce_under_topic_is_found_by_lookup()
    {
        using var keyPair = KeyPair.Generate();
        Assert.Equal(StoreAnswer.Done, Announce(keyPair, _topic, [_relay]));

        var peer = Assert.Single(Lookup(_topic).Peers);
        Assert.Equal(keyPair.PublicKey, peer.PublicKey);
        Assert.Equal([_relay], peer.RelayAddresses.ToArray());
        Assert.Null(_router.FindRelay(_topic));
    }

    [Fact]
    public void Announce_again_overwrites_the_relays_at_once()
    {
        using var keyPair = KeyPair.Generate();
        Announce(keyPair, _topic, [_relay]);
        Announce(keyPair, _topic, [_from]);

        Assert.Equal([_from], Assert.Single(Lookup(_topic).Peers).RelayAddresses.ToArray());
    }

    [Fact]
    public void Announce_of_own_key_becomes_a_route()
    {
        using var keyPair = KeyPair.Generate();
        var target = Blake2b.Hash(keyPair.PublicKey.Span);
        Announce(keyPair, target, []);

        Assert.Equal(_from, _router.FindRelay(target));
        Assert.True(PeerRecordCodec.TryRead(_store.FindPeer(target).Value, out var peer));
        Assert.Equal(keyPair.PublicKey, peer.PublicKey);
        Assert.Equal(keyPair.PublicKey, Assert.Single(Lookup(target).Peers).PublicKey);

        Unannounce(keyPair, target);
        Assert.Null(_router.FindRelay(target));
        Assert.Null(_store.FindPeer(target).Value);
    }

    [Fact]
    public void Announce_with_bad_signature_or_without_token_is_silent()
    {
        using var keyPair = KeyPair.Generate();
        var good = Signed(keyPair, _topic, [_relay], DhtNamespaces.Announce);
        var bad = (byte[])good.Clone();
        bad[^1] ^= 1;

        Assert.Equal(StoreAnswer.Silence, _store.Announce(_topic, _token, _nodeId, bad, _from));
        Assert.Equal(StoreAnswer.Silence, _store.Announce(_topic, null, _nodeId, good, _from));
        Assert.Equal(StoreAnswer.Silence, _store.Announce(null, _token, _nodeId, good, _from));
        Assert.Equal(StoreAnswer.Silence, _store.Announce(_topic, _token, Fill(1), good, _from));
        Assert.Equal(StoreAnswer.Silence, _store.Unannounce(_topic, _token, _nodeId, good));
        Assert.Null(_store.Lookup(_topic).Value);
    }

    [Fact]
    public void Announce_keeps_at_most_three_relays()
    {
        using var keyPair = KeyPair.Generate();
        Announce(keyPair, _topic, [_relay, _from, _relay.WithPort(1), _relay.WithPort(2)]);

        Assert.Equal(3, Assert.Single(Lookup(_topic).Peers).RelayAddresses.Length);
    }

    [Fact]
    public void Lookup_of_many_gives_twenty_different_peers()
    {
        for (var i = 0; i < 50; i++)
        {
            using var keyPair = KeyPair.Generate();
            Announce(keyPair, _topic, []);
        }

        var keys = Lookup(_topic).Peers.Select(peer => peer.PublicKey).ToHashSet();
        Assert.Equal(PersistentStore.MaxLookupRecords, keys.Count);
    }

    [Fact]
    public void Announce_bump_is_returned_unless_it_lies_in_the_future()
    {
        using var keyPair = KeyPair.Generate();
        var now = (ulong)new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Announce(keyPair, _topic, [], bump: now + 120_000);
        Assert.Equal(0UL, Lookup(_topic).Bump);
        Announce(keyPair, _topic, [], bump: now + 30_000);
        Announce(keyPair, _topic, [], bump: now);
        Assert.Equal(now + 30_000, Lookup(_topic).Bump);
    }

    [Fact]
    public void Announce_by_refresh_secret_renews_along_the_chain()
    {
        using var keyPair = KeyPair.Generate();
        var target = Blake2b.Hash(keyPair.PublicKey.Span);
        var secret = Fill(3);
        var hash = Blake2b.Hash(secret.Span);
        var record = PeerRecordCodec.Encode(new DhtPeer(keyPair.PublicKey, default));
        // SignAnnounce covers no refresh; the record and the hash are signed together as joined bytes.
        var signature = RecordSignature.SignAnnounce(
            keyPair,
            DhtNamespaces.Announce,
            target,
            _nodeId,
            _token,
            [.. record, .. hash.Span]
        );
        var announce = new Announce
        {
            Peer = new DhtPeer(keyPair.PublicKey, default),
            Refresh = hash,
            Signature = signature,
        };
        Assert.Equal(StoreAnswer.Done, _store.Announce(target, _token, _nodeId, AnnounceCodec.Encode(announce), _from));

        var renewal = AnnounceCodec.Encode(new Announce { Refresh = secret });
        Assert.Equal(StoreAnswer.Done, _store.Announce(target, _token, _nodeId, renewal, _relay));
        Assert.Equal(_relay, _router.FindRelay(target));
        Assert.Equal(StoreAnswer.Silence, _store.Announce(target, _token, _nodeId, renewal, _from));
    }

    [Fact]
    public void MutablePut_follows_the_sequence_rules()
    {
        using var keyPair = KeyPair.Generate();
        var target = Blake2b.Hash(keyPair.PublicKey.Span);

        Assert.Equal(StoreAnswer.AnswerKind.Value, Put(keyPair, 5, "five").Kind);
        Assert.Equal(StoreAnswer.AnswerKind.Value, Put(keyPair, 5, "five").Kind);
        Assert.Equal(StoreAnswer.Fail(16), Put(keyPair, 5, "other"));
        Assert.Equal(StoreAnswer.Fail(17), Put(keyPair, 4, "four"));
        Assert.Equal(StoreAnswer.AnswerKind.Value, Put(keyPair, 6, "six").Kind);

        Assert.True(MutableCodec.TryRead(_store.MutableGet(target, [6]).Value, out var record));
        Assert.Equal("six"u8, record.Value);
        Assert.Null(_store.MutableGet(target, [7]).Value);
        Assert.Equal(StoreAnswer.Silence, _store.MutableGet(target, []));
        Assert.Equal(StoreAnswer.Silence, Put(keyPair, 9, ""));
    }

    [Fact]
    public void ImmutablePut_needs_the_hash_as_target_and_a_token()
    {
        byte[] value = [1, 2, 3];
        var target = Blake2b.Hash(value);

        Assert.Equal(StoreAnswer.Silence, _store.ImmutablePut(_topic, _token, value, _from));
        Assert.Equal(StoreAnswer.Silence, _store.ImmutablePut(target, null, value, _from));
        Assert.Null(_store.ImmutableGet(target).Value);
        Assert.Equal(StoreAnswer.AnswerKind.Value, _store.ImmutablePut(target, _token, value, _from).Kind);
        Assert.Equal(value, _store.ImmutableGet(target).Value);
    }

    [Fact]
    public void Records_expire_after_two_generations()
    {
        using var keyPair = KeyPair.Generate();
        Announce(keyPair, _topic, []);
        _world.Run(() => _world.Delay(TimeSpan.FromMinutes(13)), TimeSpan.FromHours(1));
        Assert.Single(Lookup(_topic).Peers);
        _world.Run(() => _world.Delay(TimeSpan.FromMinutes(14)), TimeSpan.FromHours(1));
        Assert.Null(_store.Lookup(_topic).Value);
    }

    [Fact]
    public void Records_beyond_the_limit_push_out_the_oldest()
    {
        var cache = new TwoGenerationCache<int, int>(_world.CreateHost("10.0.0.8").Time, 100, TimeSpan.FromMinutes(20));
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set(i, i);
            Assert.True(cache.Count <= 200);
        }
        Assert.True(cache.TryGet(9_999, out _));
        Assert.False(cache.TryGet(1, out _));
    }

    private StoreAnswer Announce(KeyPair keyPair, in Bytes32 target, UdpAddress[] relays, ulong bump = 0) =>
        _store.Announce(target, _token, _nodeId, Signed(keyPair, target, relays, DhtNamespaces.Announce, bump), _from);

    private void Unannounce(KeyPair keyPair, in Bytes32 target) =>
        Assert.Equal(
            StoreAnswer.Done,
            _store.Unannounce(target, _token, _nodeId, Signed(keyPair, target, [], DhtNamespaces.Unannounce))
        );

    private LookupReply Lookup(in Bytes32 target)
    {
        Assert.True(LookupReplyCodec.TryRead(_store.Lookup(target).Value, out var reply));
        return reply;
    }

    private StoreAnswer Put(KeyPair keyPair, ulong seq, string text)
    {
        var value = TextEncoding.UTF8.GetBytes(text);
        var put = new MutablePut
        {
            PublicKey = keyPair.PublicKey,
            Record = new MutableValue
            {
                Seq = seq,
                Value = value,
                Signature = RecordSignature.SignMutable(keyPair, seq, value),
            },
        };
        return _store.MutablePut(Blake2b.Hash(keyPair.PublicKey.Span), _token, MutableCodec.EncodePut(put), _from);
    }

    private static byte[] Signed(KeyPair keyPair, in Bytes32 target, UdpAddress[] relays, in Bytes32 ns, ulong bump = 0)
    {
        var peer = new DhtPeer(keyPair.PublicKey, relays);
        var record = PeerRecordCodec.Encode(peer);
        var signature = RecordSignature.SignAnnounce(keyPair, ns, target, _nodeId, _token, record);
        return AnnounceCodec.Encode(
            new Announce
            {
                Peer = peer,
                Signature = signature,
                Bump = bump,
            }
        );
    }

    private static Bytes32 Fill(byte value)
    {
        var bytes = default(Bytes32);
        bytes.MutableSpan.Fill(value);
        return bytes;
    }
}
