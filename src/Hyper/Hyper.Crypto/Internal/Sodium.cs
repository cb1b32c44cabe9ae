using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hyper.Crypto.Internal;

/// <summary>
/// The part of libsodium that the stack uses, under its C names. Lengths are checked by the callers in this room; every
/// return code is checked by them too. The static constructor initialises the library before the first call.
/// </summary>
internal static partial class Sodium
{
    public const int SignatureBytes = 64;
    public const int SecretKeyBytes = 64;
    public const int SeedBytes = 32;
    public const int PointBytes = 32;
    public const int HashStateBytes = 384;
    public const int MacBytes = 16;
    public const int StreamStateBytes = 52;
    public const int Argon2i13 = 1;

    private const string Library = "libsodium";

    static Sodium()
    {
        if (sodium_init() < 0)
            throw new DllNotFoundException("libsodium was loaded but could not be initialised.");
    }

    /// <summary>Fails on a return code that only a bug of ours (wrong length, null) can cause.</summary>
    public static void Check(int status, [CallerMemberName] string caller = "")
    {
        if (status != 0)
            throw new InvalidOperationException($"libsodium refused a call from {caller} (status {status}).");
    }

    [LibraryImport(Library)]
    internal static partial int sodium_init();

    [LibraryImport(Library)]
    internal static partial int crypto_sign_seed_keypair(
        Span<byte> publicKey,
        Span<byte> secretKey,
        ReadOnlySpan<byte> seed
    );

    [LibraryImport(Library)]
    internal static partial int crypto_sign_detached(
        Span<byte> signature,
        nint signatureLength,
        ReadOnlySpan<byte> message,
        ulong messageLength,
        ReadOnlySpan<byte> secretKey
    );

    [LibraryImport(Library)]
    internal static partial int crypto_sign_verify_detached(
        ReadOnlySpan<byte> signature,
        ReadOnlySpan<byte> message,
        ulong messageLength,
        ReadOnlySpan<byte> publicKey
    );

    [LibraryImport(Library)]
    internal static partial int crypto_hash_sha512(Span<byte> hash, ReadOnlySpan<byte> input, ulong inputLength);

    [LibraryImport(Library)]
    internal static partial int crypto_scalarmult_ed25519_noclamp(
        Span<byte> result,
        ReadOnlySpan<byte> scalar,
        ReadOnlySpan<byte> point
    );

    [LibraryImport(Library)]
    internal static partial int crypto_generichash(
        Span<byte> hash,
        nuint hashLength,
        ReadOnlySpan<byte> input,
        ulong inputLength,
        ReadOnlySpan<byte> key,
        nuint keyLength
    );

    [LibraryImport(Library)]
    internal static partial int crypto_generichash_init(
        Span<byte> state,
        ReadOnlySpan<byte> key,
        nuint keyLength,
        nuint hashLength
    );

    [LibraryImport(Library)]
    internal static partial int crypto_generichash_update(
        Span<byte> state,
        ReadOnlySpan<byte> input,
        ulong inputLength
    );

    [LibraryImport(Library)]
    internal static partial int crypto_generichash_final(Span<byte> state, Span<byte> hash, nuint hashLength);

    [LibraryImport(Library)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_encrypt(
        Span<byte> cipher,
        nint cipherLength,
        ReadOnlySpan<byte> message,
        ulong messageLength,
        ReadOnlySpan<byte> additional,
        ulong additionalLength,
        nint unusedSecretNonce,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key
    );

    [LibraryImport(Library)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_decrypt(
        Span<byte> message,
        nint messageLength,
        nint unusedSecretNonce,
        ReadOnlySpan<byte> cipher,
        ulong cipherLength,
        ReadOnlySpan<byte> additional,
        ulong additionalLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key
    );

    [LibraryImport(Library)]
    internal static partial int crypto_secretbox_easy(
        Span<byte> box,
        ReadOnlySpan<byte> message,
        ulong messageLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key
    );

    [LibraryImport(Library)]
    internal static partial int crypto_stream_xor(
        Span<byte> output,
        ReadOnlySpan<byte> message,
        ulong messageLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key
    );

    [LibraryImport(Library)]
    internal static partial int crypto_secretbox_open_easy(
        Span<byte> message,
        ReadOnlySpan<byte> box,
        ulong boxLength,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> key
    );

    [LibraryImport(Library)]
    internal static partial int crypto_secretstream_xchacha20poly1305_init_pull(
        Span<byte> state,
        ReadOnlySpan<byte> header,
        ReadOnlySpan<byte> key
    );

    [LibraryImport(Library)]
    internal static partial int crypto_secretstream_xchacha20poly1305_push(
        Span<byte> state,
        Span<byte> cipher,
        nint cipherLength,
        ReadOnlySpan<byte> message,
        ulong messageLength,
        nint additional,
        ulong additionalLength,
        byte tag
    );

    [LibraryImport(Library)]
    internal static partial int crypto_secretstream_xchacha20poly1305_pull(
        Span<byte> state,
        Span<byte> message,
        nint messageLength,
        out byte tag,
        ReadOnlySpan<byte> cipher,
        ulong cipherLength,
        nint additional,
        ulong additionalLength
    );

    [LibraryImport(Library)]
    internal static partial int crypto_pwhash(
        Span<byte> output,
        ulong outputLength,
        ReadOnlySpan<byte> password,
        ulong passwordLength,
        ReadOnlySpan<byte> salt,
        ulong operations,
        nuint memoryBytes,
        int algorithm
    );
}
