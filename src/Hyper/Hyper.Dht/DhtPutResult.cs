using Hyper.Encoding;

namespace Hyper.Dht;

/// <summary>What became of a put.</summary>
/// <param name="Target">Where the value is found: its own hash, or that of the public key.</param>
/// <param name="Stored">Nodes that store it now, of at most 20 asked.</param>
/// <param name="Refused">Nodes that have a newer sequence number, or another value under the same one.</param>
public sealed record DhtPutResult(Bytes32 Target, int Stored, int Refused);
