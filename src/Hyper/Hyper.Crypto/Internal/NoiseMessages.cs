using System.Diagnostics;

namespace Hyper.Crypto.Internal;

/// <summary>The tokens of each message of each pattern. Source: the Noise specification, revision 34, section 7.</summary>
internal static class NoiseMessages
{
    public static ReadOnlySpan<byte> ProtocolName(NoisePattern pattern) =>
        pattern == NoisePattern.IK ? "Noise_IK_Ed25519_ChaChaPoly_BLAKE2b"u8 : "Noise_XX_Ed25519_ChaChaPoly_BLAKE2b"u8;

    public static int Count(NoisePattern pattern) => pattern == NoisePattern.IK ? 2 : 3;

    public static ReadOnlySpan<NoiseToken> Tokens(NoisePattern pattern, int index) =>
        (pattern, index) switch
        {
            (NoisePattern.IK, 0) => [NoiseToken.E, NoiseToken.ES, NoiseToken.S, NoiseToken.SS],
            (NoisePattern.IK, 1) => [NoiseToken.E, NoiseToken.EE, NoiseToken.SE],
            (NoisePattern.XX, 0) => [NoiseToken.E],
            (NoisePattern.XX, 1) => [NoiseToken.E, NoiseToken.EE, NoiseToken.S, NoiseToken.ES],
            (NoisePattern.XX, 2) => [NoiseToken.S, NoiseToken.SE],
            _ => throw new UnreachableException(),
        };

    /// <summary>Bytes of a message beyond its payload.</summary>
    public static int OverheadBytes(NoisePattern pattern, int index) =>
        (pattern, index) switch
        {
            (NoisePattern.IK, 0) => 32 + 32 + 16 + 16,
            (NoisePattern.IK, 1) => 32 + 16,
            (NoisePattern.XX, 0) => 32,
            (NoisePattern.XX, 1) => 32 + 32 + 16 + 16,
            (NoisePattern.XX, 2) => 32 + 16 + 16,
            _ => throw new UnreachableException(),
        };
}
