namespace Intercom.Bridge;

/// <summary>One connected peer, as <c>peers</c> answers it.</summary>
/// <param name="PublicKey">Its key in hexadecimal, proven by the connection.</param>
/// <param name="Channels">Channels open between the two.</param>
/// <param name="IsBlocked">Whether it has sent too much and is not listened to for now.</param>
public sealed record BridgePeer(string PublicKey, IReadOnlyList<string> Channels, bool IsBlocked);
