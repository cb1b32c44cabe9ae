namespace Hyper.BlindRelay.Internal;

/// <summary>One end of a pairing: whose, which, and the id of its own stream.</summary>
internal sealed record RelayEnd(RelaySession Session, bool IsInitiator, uint StreamId);
