using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Serving;

/// <summary>
/// The handshakes of one server: found by the hash of the client's message, so that copies of it that come through other
/// relays get the same answer, and by slot number, which punch messages carry. Bounded in all and per client network.
/// </summary>
internal sealed class HandshakeTable(DhtServer server)
{
    private readonly Dictionary<Bytes32, ServerHandshake> _byMessage = [];
    private readonly List<ServerHandshake?> _slots = [];
    private readonly Dictionary<uint, int> _perNetwork = [];

    public int Count => _byMessage.Count;

    public ServerHandshake? Find(in Bytes32 messageHash) => _byMessage.GetValueOrDefault(messageHash);

    public ServerHandshake? Find(uint slot) => slot < _slots.Count ? _slots[(int)slot] : null;

    /// <summary>
    /// Whether there is room for a further handshake of this client's network, which may have so many that have not led to a
    /// connection. Anybody can ask in the name of any address: so the oldest whose client has not been heard of again
    /// gives way, once it has had its time.
    /// </summary>
    /// <param name="client">The client's address, as it or a relay says.</param>
    /// <param name="silent">The one that gives way, or null when none needs to.</param>
    public bool HasRoomFor(in UdpAddress client, out ServerHandshake? silent)
    {
        silent = null;
        var (network, most) = (NetworkOf(client), server.Options.MaxHandshakesPerNetwork);
        if (Nat.AddressKind.IsLoopback(client) || _perNetwork.GetValueOrDefault(network) < most)
            return true;
        var unserved = 0;
        foreach (var handshake in _byMessage.Values)
        {
            if (handshake.IsConnected || NetworkOf(handshake.Client) != network)
                continue;
            unserved++;
            if (handshake.IsSilent && (silent is null || handshake.CreatedAt < silent.CreatedAt))
                silent = handshake;
        }
        if (unserved < most)
            silent = null;
        return unserved < most || silent is not null;
    }

    /// <summary>
    /// Whether there is room for a further handshake. The oldest that was served gives way, which only copies of its client's
    /// message still need; else the oldest that has led to nothing.
    /// </summary>
    public bool TryMakeRoom() => _byMessage.Count < server.Options.MaxHandshakes || TryEvict();

    /// <summary>The lowest free slot.</summary>
    public uint NextSlot()
    {
        var free = _slots.IndexOf(null);
        return (uint)(free < 0 ? _slots.Count : free);
    }

    public void Add(ServerHandshake handshake)
    {
        _byMessage.Add(handshake.MessageHash, handshake);
        if (handshake.Slot == _slots.Count)
            _slots.Add(handshake);
        else
            _slots[(int)handshake.Slot] = handshake;
        var network = NetworkOf(handshake.Client);
        _perNetwork[network] = _perNetwork.GetValueOrDefault(network) + 1;
    }

    public void Remove(ServerHandshake handshake)
    {
        if (!_byMessage.Remove(handshake.MessageHash))
            return;
        _slots[(int)handshake.Slot] = null;
        while (_slots.Count > 0 && _slots[^1] is null)
            _slots.RemoveAt(_slots.Count - 1);
        var network = NetworkOf(handshake.Client);
        if (--_perNetwork[network] == 0)
            _perNetwork.Remove(network);
    }

    public bool TryTakeEcho(in UdpAddress from)
    {
        foreach (var handshake in _slots)
        {
            if (handshake is not null && handshake.TryTakeEcho(from))
                return true;
        }
        return false;
    }

    public void Clear()
    {
        foreach (var handshake in _byMessage.Values.ToArray())
            handshake.Dispose();
    }

    private bool TryEvict()
    {
        ServerHandshake? served = null,
            unserved = null;
        foreach (var handshake in _byMessage.Values)
        {
            // One whose connection goes through a relay still looks for a better path.
            if (handshake is { IsConnected: true, IsServed: false })
                continue;
            ref var oldest = ref handshake.IsServed ? ref served : ref unserved;
            if (oldest is null || handshake.CreatedAt < oldest.CreatedAt)
                oldest = handshake;
        }
        var evicted = served ?? unserved;
        evicted?.Dispose();
        return evicted is not null;
    }

    private static uint NetworkOf(in UdpAddress client) => client.IPv4Host >> 8;
}
