using Hyper.Encoding.Json;

namespace Intercom.Sidechannels;

/// <summary>What an inviter signs: a peer may take part in a channel until a time.</summary>
/// <param name="Channel">The channel, exactly; white space counts.</param>
/// <param name="InviteePublicKey">Key of the invited peer's connections, hexadecimal.</param>
/// <param name="InviterPublicKey">Key of the signer, hexadecimal.</param>
/// <param name="InviterAddress">Address of the signer, or null. Any JSON is signed as it stands.</param>
/// <param name="IssuedAt">Milliseconds since 1970.</param>
/// <param name="ExpiresAt">Milliseconds since 1970; over when reached.</param>
/// <param name="Nonce">Tells invites apart.</param>
/// <param name="Version">1.</param>
public sealed record InvitePayload(
    string Channel,
    string InviteePublicKey,
    string InviterPublicKey,
    JsValue InviterAddress,
    double IssuedAt,
    double ExpiresAt,
    string Nonce,
    double Version = 1
);
