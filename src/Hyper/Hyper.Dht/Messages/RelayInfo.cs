using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>A relay, and the server's address as that relay sees it.</summary>
internal readonly record struct RelayInfo(UdpAddress RelayAddress, UdpAddress PeerAddress);
