using Hyper.Encoding;

namespace Hyper.BlindRelay.Internal;

/// <summary>
/// One end of a pairing. To the relay: who asks and the id of its own stream. From the relay: the id of the relay's leg.
/// </summary>
/// <param name="IsInitiator">Which of the two ends: whoever named the relay.</param>
/// <param name="Token">What both ends know.</param>
/// <param name="StreamId">A UDX stream id.</param>
/// <param name="Seq">First sequence number of that stream; always 0.</param>
internal readonly record struct PairMessage(bool IsInitiator, Bytes32 Token, uint StreamId, uint Seq = 0);
