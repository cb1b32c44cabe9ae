using Hyper.Crypto;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    /// <summary>Most bytes of a stored value: a put must fit one unfragmented datagram.</summary>
    public const int MaxValueBytes = 1000;

    /// <summary>Stores a value under its own hash at the nearest nodes. They keep it for about 48 hours.</summary>
    /// <param name="value">1 to <see cref="MaxValueBytes"/> bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HyperDhtException">No node could be asked, or the node is closed.</exception>
    public Task<DhtPutResult> ImmutablePutAsync(
        ReadOnlyMemory<byte> value,
        CancellationToken cancellationToken = default
    )
    {
        VerifyValue(value);
        return PutAsync(
            Blake2b.Hash(value.Span),
            HyperDhtCommand.ImmutableGet,
            HyperDhtCommand.ImmutablePut,
            null,
            value,
            cancellationToken
        );
    }

    /// <summary>Finds the value with this hash.</summary>
    /// <returns>The value, or null when no node has it.</returns>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public async Task<ReadOnlyMemory<byte>?> ImmutableGetAsync(
        Bytes32 target,
        DhtSearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var query = CreateQuery(HyperDhtCommand.ImmutableGet, target, ToQueryOptions(options));
        await foreach (var reply in query.ReadRepliesAsync(cancellationToken))
        {
            if (reply.Value is { } value && Blake2b.Hash(value.Span) == target)
                return value;
        }
        return null;
    }

    /// <summary>Signs a value and stores it under the public key at the nearest nodes, for about 48 hours.</summary>
    /// <param name="keyPair">The key; its owner alone can replace the value.</param>
    /// <param name="value">1 to <see cref="MaxValueBytes"/> bytes.</param>
    /// <param name="seq">Higher than that of the value it replaces.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HyperDhtException">No node could be asked, or the node is closed.</exception>
    public Task<DhtPutResult> MutablePutAsync(
        KeyPair keyPair,
        ReadOnlyMemory<byte> value,
        ulong seq = 0,
        CancellationToken cancellationToken = default
    )
    {
        VerifyValue(value);
        var put = new MutablePut
        {
            PublicKey = keyPair.PublicKey,
            Record = new MutableValue
            {
                Seq = seq,
                Value = value.Span,
                Signature = RecordSignature.SignMutable(keyPair, seq, value.Span),
            },
        };
        return PutAsync(
            GetTarget(keyPair.PublicKey),
            HyperDhtCommand.MutableGet,
            HyperDhtCommand.MutablePut,
            new byte[] { 0 },
            MutableCodec.EncodePut(put),
            cancellationToken
        );
    }

    /// <summary>Finds the newest value signed by this key.</summary>
    /// <param name="publicKey">The key.</param>
    /// <param name="seq">The lowest sequence number of interest.</param>
    /// <param name="latest">Whether to ask all near nodes for the newest (default), or to take the first.</param>
    /// <param name="options">How the search goes about.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The record, or null when no node has one.</returns>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public async Task<MutableRecord?> MutableGetAsync(
        Bytes32 publicKey,
        ulong seq = 0,
        bool latest = true,
        DhtSearchOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDestroyed();
        var wanted = new byte[CompactEncoding.SizeOfUInt(seq)];
        new CompactWriter(wanted).WriteUInt(seq);
        var request = new DhtRequest(HyperDhtCommand.MutableGet) { Target = GetTarget(publicKey), Value = wanted };
        var query = _node.Query(request, ToQueryOptions(options));
        MutableRecord? newest = null;
        await foreach (var reply in query.ReadRepliesAsync(cancellationToken))
        {
            if (ReadMutable(reply, publicKey) is not { } record || record.Seq < seq || record.Seq <= newest?.Seq)
                continue;
            newest = record;
            if (!latest)
                break;
        }
        return newest;
    }

    private async Task<DhtPutResult> PutAsync(
        Bytes32 target,
        uint getCommand,
        uint putCommand,
        ReadOnlyMemory<byte>? getValue,
        ReadOnlyMemory<byte> putValue,
        CancellationToken cancellationToken
    )
    {
        ThrowIfDestroyed();
        var refused = 0;
        var options = new DhtQueryOptions
        {
            Commit = async (reply, token) =>
            {
                var put = new DhtRequest(putCommand)
                {
                    Target = target,
                    Token = reply.Token,
                    Value = putValue,
                };
                var result = await _node.RequestAsync(put, reply.From, null, token);
                if (result.HasReply && !result.IsSuccess)
                    refused++;
                return result.IsSuccess;
            },
        };
        var get = new DhtRequest(getCommand) { Target = target, Value = getValue };
        var result = await _node.Query(get, options).FinishedAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (result.Status == DhtQueryStatus.TooFewNodes)
        {
            throw new HyperDhtException(
                HyperDhtErrorCode.TooFewNodes,
                $"No persistent node answered the search for {target}…, so nothing was stored. "
                    + "Check the bootstrap nodes and try again."
            );
        }
        return new DhtPutResult(target, result.Commits, refused);
    }

    private static MutableRecord? ReadMutable(DhtReply reply, in Bytes32 publicKey)
    {
        if (reply.Value is not { } value || !MutableCodec.TryRead(value.Span, out var record))
            return null;
        if (!RecordSignature.VerifyMutable(publicKey, record))
            return null;
        return new MutableRecord(record.Seq, record.Value.ToArray(), record.Signature.ToArray(), reply.From);
    }

    private static void VerifyValue(ReadOnlyMemory<byte> value)
    {
        if (value.Length is 0 or > MaxValueBytes)
            throw new ArgumentException($"A value has 1 to {MaxValueBytes} bytes, not {value.Length}.", nameof(value));
    }
}
