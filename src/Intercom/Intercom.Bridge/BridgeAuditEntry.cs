namespace Intercom.Bridge;

/// <summary>
/// One thing a client did: an attempt to authenticate, whatever token it gave, or a request by a scoped credential. No
/// content of messages and no token is in it.
/// </summary>
/// <param name="Time">When.</param>
/// <param name="Credential">Id of the credential; null for the token of the options and for wrong tokens.</param>
/// <param name="Client">Number of the connection, from 1 on, since the bridge was started.</param>
/// <param name="Verb">Type of the request, or <c>disconnect</c>.</param>
/// <param name="Channel">The channel the request names, null if none.</param>
/// <param name="Outcome">Type of the reply, such as <c>sent</c>, or the error text.</param>
/// <param name="Count">Peers that a message was handed to, or events given in all at a disconnect; null elsewhere.</param>
public sealed record BridgeAuditEntry(
    DateTimeOffset Time,
    string? Credential,
    long Client,
    string Verb,
    string? Channel,
    string Outcome,
    long? Count = null
);
