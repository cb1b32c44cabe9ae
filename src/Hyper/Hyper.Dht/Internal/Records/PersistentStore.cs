using Hyper.Crypto;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Records;

/// <summary>
/// What a persistent node keeps for others: peers under topics, mutable and immutable values. Answers the storage
/// commands, and is silent where the reference is. Peers that announce themselves under their own key go to the
/// <see cref="Router"/>, which then forwards handshakes to them. Everything is bounded in number and age, and in what one
/// host may have brought of it.
/// Belongs to one <see cref="HyperDht"/>. Source of the rules: hyperdht 6.27.0, lib/persistent.js.
/// </summary>
internal sealed partial class PersistentStore(EventLoop loop, Router router, PersistentStoreLimits limits)
{
    /// <summary>Most records in a LOOKUP reply.</summary>
    public const int MaxLookupRecords = 20;

    /// <summary>
    /// The longest value that a reply can give back in one datagram, beside its header with id and token. What is longer
    /// came in fragments, and could be stored but never read.
    /// </summary>
    public const int MaxValueBytes = DhtWire.MaxDatagramBytes - DhtWire.HeaderBytes - (2 * Bytes32.Length) - 3;

    private const uint SeqReused = 16;
    private const uint SeqTooLow = 17;
    private static readonly TimeSpan _maxBumpDrift = TimeSpan.FromMinutes(1);

    private readonly TopicRecords _records = new(loop, limits.MaxRecords, limits.RecordAge, limits.MaxRecordsPerHost);
    private readonly TwoGenerationCache<Bytes32, ulong> _bumps = new(
        loop.Time,
        limits.MaxRecords,
        limits.RecordAge,
        maxPerHost: limits.MaxRecordsPerHost
    );
    private readonly TwoGenerationCache<Bytes32, Refreshable> _refreshes = new(
        loop.Time,
        limits.MaxRecords,
        limits.RecordAge,
        maxPerHost: limits.MaxRecordsPerHost
    );
    private readonly TwoGenerationCache<Bytes32, byte[]> _mutables = new(
        loop.Time,
        limits.MaxValues,
        limits.ValueAge,
        renewOnRead: true,
        limits.MaxBytesOfValues,
        static value => value.Length,
        limits.MaxValuesPerHost
    );
    private readonly TwoGenerationCache<Bytes32, byte[]> _immutables = new(
        loop.Time,
        limits.MaxValues,
        limits.ValueAge,
        renewOnRead: true,
        limits.MaxBytesOfValues,
        static value => value.Length,
        limits.MaxValuesPerHost
    );

    /// <summary>Bytes of the values kept now.</summary>
    public long ValueBytes => _mutables.Bytes + _immutables.Bytes;

    public StoreAnswer FindPeer(Bytes32? target) =>
        target is { } key ? StoreAnswer.Reply(router.FindRecord(key)) : StoreAnswer.Silence;

    public StoreAnswer Lookup(Bytes32? target)
    {
        if (target is not { } topic)
            return StoreAnswer.Silence;
        var records = _records.Sample(topic, MaxLookupRecords);
        if (records.Count < MaxLookupRecords && router.FindRecord(topic) is { } own)
            records.Add(own);
        if (records.Count == 0)
            return StoreAnswer.Reply(null);
        _bumps.TryGet(topic, out var bump);
        return StoreAnswer.Reply(LookupReplyCodec.Encode(records, bump));
    }

    public StoreAnswer MutableGet(Bytes32? target, ReadOnlySpan<byte> value)
    {
        var reader = new CompactReader(value);
        if (target is not { } key || !reader.TryReadUInt(out var seq))
            return StoreAnswer.Silence;
        if (!_mutables.TryGet(key, out var stored) || !MutableCodec.TryRead(stored, out var record))
            return StoreAnswer.Reply(null);
        return StoreAnswer.Reply(record.Seq < seq ? null : stored);
    }

    public StoreAnswer MutablePut(Bytes32? target, Bytes32? token, ReadOnlySpan<byte> value, in UdpAddress from)
    {
        if (target is not { } key || token is null || !MutableCodec.TryReadPut(value, out var put))
            return StoreAnswer.Silence;
        if (put.Record.Value.IsEmpty || value.Length - Bytes32.Length > MaxValueBytes)
            return StoreAnswer.Silence;
        if (Blake2b.Hash(put.PublicKey.Span) != key)
            return StoreAnswer.Silence;
        if (!RecordSignature.VerifyMutable(put.PublicKey, put.Record))
            return StoreAnswer.Silence;
        if (_mutables.TryGet(key, out var stored) && MutableCodec.TryRead(stored, out var existing))
        {
            if (existing.Seq == put.Record.Seq && !existing.Value.SequenceEqual(put.Record.Value))
                return StoreAnswer.Fail(SeqReused);
            if (put.Record.Seq < existing.Seq)
                return StoreAnswer.Fail(SeqTooLow);
        }
        _mutables.Set(key, MutableCodec.Encode(put.Record), from);
        return StoreAnswer.Reply(null);
    }

    public StoreAnswer ImmutableGet(Bytes32? target)
    {
        if (target is not { } key)
            return StoreAnswer.Silence;
        _immutables.TryGet(key, out var value);
        return StoreAnswer.Reply(value);
    }

    public StoreAnswer ImmutablePut(Bytes32? target, Bytes32? token, ReadOnlySpan<byte> value, in UdpAddress from)
    {
        if (target is not { } key || token is null || value.Length is 0 or > MaxValueBytes)
            return StoreAnswer.Silence;
        if (Blake2b.Hash(value) != key)
            return StoreAnswer.Silence;
        _immutables.Set(key, value.ToArray(), from);
        return StoreAnswer.Reply(null);
    }

    private sealed record Refreshable(Bytes32 Target, Bytes32 PublicKey, byte[] Record, bool IsSelf);
}
