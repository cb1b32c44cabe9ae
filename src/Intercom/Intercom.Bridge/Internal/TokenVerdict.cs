namespace Intercom.Bridge.Internal;

/// <summary>What a presented token is worth.</summary>
/// <param name="IsRight">Whether it lets in.</param>
/// <param name="Credential">What it belongs to; null for the token of the options, which may do everything.</param>
internal readonly record struct TokenVerdict(bool IsRight, BridgeCredential? Credential);
