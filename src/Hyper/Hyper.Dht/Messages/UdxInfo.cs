namespace Hyper.Dht.Messages;

/// <summary>The UDX stream that the sender has prepared.</summary>
internal sealed record UdxInfo(uint Id, uint Seq = 0, bool ReusableSocket = false, uint Version = 1);
