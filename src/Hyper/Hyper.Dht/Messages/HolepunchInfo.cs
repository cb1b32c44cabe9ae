namespace Hyper.Dht.Messages;

/// <summary>A server's handshake slot and its relays.</summary>
internal sealed record HolepunchInfo(uint Id, RelayInfo[] Relays);
