namespace TestKit.Partners;

/// <summary>What a node of either make does with the DHT.</summary>
public interface IRecordClient
{
    Task<PartnerAddress> PingAsync(PartnerAddress to);

    Task AnnounceAsync(string topic, string seed);

    Task UnannounceAsync(string topic, string seed);

    Task<IReadOnlySet<string>> LookupAsync(string topic);

    Task<string> PutImmutableAsync(byte[] value);

    Task<byte[]?> GetImmutableAsync(string hash);

    Task<string> PutMutableAsync(string seed, byte[] value, long seq);

    Task<(long Seq, byte[] Value)?> GetMutableAsync(string publicKey);
}
