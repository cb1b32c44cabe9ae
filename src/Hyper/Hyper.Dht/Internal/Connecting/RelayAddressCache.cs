using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>
/// Where peers could last be reached, to be asked first on the next connect. Keeps the newest entries; nothing expires,
/// since an entry that is out of date only costs one question.
/// </summary>
internal sealed class RelayAddressCache
{
    /// <summary>As hyperdht 6.27.0 has it.</summary>
    public const int MaxPeers = 512;

    private const int MaxAddresses = 4;

    private readonly Dictionary<Bytes32, UdpAddress[]> _addresses = [];
    private readonly Queue<Bytes32> _order = new();

    public UdpAddress[]? Find(in Bytes32 publicKey) => _addresses.GetValueOrDefault(publicKey);

    public void Set(in Bytes32 publicKey, ReadOnlySpan<UdpAddress> addresses)
    {
        if (addresses.IsEmpty)
            return;
        var kept = addresses[..Math.Min(addresses.Length, MaxAddresses)].ToArray();
        if (!_addresses.TryAdd(publicKey, kept))
        {
            _addresses[publicKey] = kept;
            return;
        }
        _order.Enqueue(publicKey);
        if (_order.Count > MaxPeers)
            _addresses.Remove(_order.Dequeue());
    }
}
