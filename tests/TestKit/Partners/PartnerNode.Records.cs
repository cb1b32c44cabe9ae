namespace TestKit.Partners;

/// <content>What the network stores for others.</content>
public sealed partial class PartnerNode
{
    /// <summary>Announces the key pair of <paramref name="seed"/> under a topic.</summary>
    public Task AnnounceAsync(string topic, string seed) => CallAsync<object>("dht.announce", new { topic, seed });

    /// <summary>Takes the announcement back.</summary>
    public Task UnannounceAsync(string topic, string seed) => CallAsync<object>("dht.unannounce", new { topic, seed });

    /// <summary>The public keys announced under a topic, each once.</summary>
    public async Task<IReadOnlySet<string>> LookupAsync(string topic)
    {
        var found = await CallAsync<LookupResult>("dht.lookup", new { topic });
        return found.Answers.SelectMany(answer => answer.Peers).Select(peer => peer.PublicKey).ToHashSet();
    }

    /// <summary>Stores a value under its hash, which is returned.</summary>
    public async Task<string> PutImmutableAsync(byte[] value) =>
        (await CallAsync<Stored>("dht.immutablePut", new { value = Convert.ToHexStringLower(value) })).Hash;

    /// <summary>The value with this hash, or null.</summary>
    public async Task<byte[]?> GetImmutableAsync(string hash) =>
        (await CallAsync<Found>("dht.immutableGet", new { hash })).Bytes;

    /// <summary>Stores a signed value under the public key of <paramref name="seed"/>, which is returned.</summary>
    public async Task<string> PutMutableAsync(string seed, byte[] value, long seq)
    {
        var stored = await CallAsync<StoredMutable>(
            "dht.mutablePut",
            new
            {
                seed,
                seq,
                value = Convert.ToHexStringLower(value),
            }
        );
        return stored.PublicKey;
    }

    /// <summary>The newest value of a key with its sequence number, or null.</summary>
    public async Task<(long Seq, byte[] Value)?> GetMutableAsync(string publicKey)
    {
        var found = await CallAsync<Found>("dht.mutableGet", new { publicKey });
        return found is { Bytes: { } value, Seq: { } seq } ? (seq, value) : null;
    }

    private sealed record LookupResult(IReadOnlyList<LookupAnswer> Answers);

    private sealed record LookupAnswer(PartnerAddress From, IReadOnlyList<FoundPeer> Peers);

    private sealed record FoundPeer(string PublicKey, IReadOnlyList<PartnerAddress> RelayAddresses);

    private sealed record Stored(string Hash);

    private sealed record StoredMutable(string PublicKey, long Seq);

    private sealed record Found(string? Value, long? Seq)
    {
        public byte[]? Bytes => Value is null ? null : Convert.FromHexString(Value);
    }
}
