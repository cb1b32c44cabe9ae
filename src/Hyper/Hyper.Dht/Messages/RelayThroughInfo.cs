using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>A blind relay through which the sender wants to be reached.</summary>
internal sealed record RelayThroughInfo(Bytes32 PublicKey, Bytes32 Token, uint Version = 1);
