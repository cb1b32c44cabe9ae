using System.Security.Cryptography;

namespace Intercom.Bridge;

/// <summary>A token beside <see cref="BridgeOptions.Token"/> whose holder may do some things only, for some time.</summary>
public sealed record BridgeCredential
{
    /// <summary>Names the credential where it is listed or revoked; unique.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the token's UTF-8, 32 bytes: the token itself is kept nowhere. See <see cref="HashOf"/>.</summary>
    public required ReadOnlyMemory<byte> TokenHash { get; init; }

    /// <summary>What the holder may do. Default nothing.</summary>
    public BridgeScopes Scopes { get; init; }

    /// <summary>Channels whose events the holder gets, with <see cref="BridgeScopes.Read"/>; null means all.</summary>
    public IReadOnlyList<string>? ReadChannels { get; init; }

    /// <summary>Channels the holder may send to, with <see cref="BridgeScopes.Send"/>; null means all.</summary>
    public IReadOnlyList<string>? SendChannels { get; init; }

    /// <summary>When it ends; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What <see cref="TokenHash"/> is for <paramref name="token"/>.</summary>
    public static byte[] HashOf(string token) => SHA256.HashData(TextEncoding.UTF8.GetBytes(token));

    internal bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    internal bool Allows(BridgeScopes scope, DateTimeOffset now) => Scopes.HasFlag(scope) && !IsExpired(now);

    internal bool AllowsReading(string channel, DateTimeOffset now) =>
        Allows(BridgeScopes.Read, now) && (ReadChannels?.Contains(channel, StringComparer.Ordinal) ?? true);

    internal bool AllowsSending(string channel, DateTimeOffset now) =>
        Allows(BridgeScopes.Send, now) && (SendChannels?.Contains(channel, StringComparer.Ordinal) ?? true);
}
