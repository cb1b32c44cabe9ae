namespace Intercom.Sidechannels;

/// <summary>What a channel's owner signs to open it.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="OwnerPublicKey">Key of the signer, hexadecimal.</param>
/// <param name="Text">A greeting or the rules of the channel.</param>
/// <param name="IssuedAt">Milliseconds since 1970.</param>
/// <param name="Version">1.</param>
public sealed record WelcomePayload(
    string Channel,
    string OwnerPublicKey,
    string Text,
    double IssuedAt,
    double Version = 1
);
