using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Trac.Wallet;

/// <summary>
/// An identity: an Ed25519 key pair with its address and, if it was made from one, its mnemonic, which with path and
/// prefix always derives the key. The same keys as trac-wallet: SLIP-0010 along one hardened step for each letter of the prefix, then along the path. So one mnemonic
/// gives another key on each network. Immutable, usable from several threads; <see cref="Dispose"/> zeroes the secrets.
/// Source: trac-wallet 1.0.1, index.js; trac-crypto-api 0.1.4, modules/address.js.
/// </summary>
[SuppressMessage("Design", "MA0049", Justification = "The field's name; outside Trac.* it is unambiguous.")]
public sealed class Wallet : IDisposable
{
    private readonly byte[] _mnemonic;
    private bool _isDisposed;

    private Wallet(KeyPair keyPair, string prefix, string? mnemonic, DerivationPath? path)
    {
        KeyPair = keyPair;
        Address = Address.Of(keyPair.PublicKey, prefix);
        DerivationPath = path;
        // Pinned, so that no copy is left behind by the garbage collector.
        _mnemonic = GC.AllocateArray<byte>(TextEncoding.UTF8.GetByteCount(mnemonic ?? ""), pinned: true);
        TextEncoding.UTF8.GetBytes(mnemonic, _mnemonic);
    }

    /// <summary>The key pair, for signing and as the identity on the network. Lives as long as the wallet.</summary>
    public KeyPair KeyPair { get; }

    /// <summary>The public key.</summary>
    public Bytes32 PublicKey => Address.PublicKey;

    /// <summary>The address under the wallet's prefix.</summary>
    public Address Address { get; }

    /// <summary>The path the key was derived along, null for a wallet made from a secret key.</summary>
    public DerivationPath? DerivationPath { get; }

    /// <summary>Whether the wallet knows its mnemonic.</summary>
    public bool HasMnemonic => _mnemonic.Length > 0;

    /// <summary>A wallet of a new mnemonic. Save it, or show the mnemonic, or it is lost.</summary>
    /// <param name="words">12 or 24.</param>
    /// <param name="prefix">The prefix of the network.</param>
    /// <param name="path">Which key; default <see cref="DerivationPath.Mainnet"/>.</param>
    public static Wallet Generate(int words = 24, string prefix = Address.MainnetPrefix, DerivationPath? path = null) =>
        FromMnemonic(Bip39.Generate(words), path, prefix);

    /// <summary>The wallet of a mnemonic. Takes about a millisecond of computing.</summary>
    /// <param name="mnemonic">12 or 24 English words.</param>
    /// <param name="path">Which key; default <see cref="DerivationPath.Mainnet"/>, on the test network too.</param>
    /// <param name="prefix">The prefix of the network; it is part of the derivation.</param>
    /// <exception cref="WalletException">The text is no mnemonic.</exception>
    /// <exception cref="ArgumentException">The prefix is not 1 to 31 letters a to z.</exception>
    public static Wallet FromMnemonic(
        string mnemonic,
        DerivationPath? path = null,
        string prefix = Address.MainnetPrefix
    )
    {
        if (!Bip39.TryNormalize(mnemonic, out var normal, out var error, out var position))
            throw WalletException.ForMnemonic(error, position);
        if (!Address.IsPrefix(prefix))
            throw new ArgumentException("A prefix has 1 to 31 letters a to z.", nameof(prefix));
        path ??= DerivationPath.Mainnet;
        return new Wallet(DeriveKeyPair(normal, path, prefix), prefix, normal, path);
    }

    /// <summary>The wallet of a 64-byte secret key (seed, then public key). It has no mnemonic.</summary>
    /// <exception cref="ArgumentException">
    /// Another length, a public half that does not belong to the seed, or a prefix that is none.
    /// </exception>
    public static Wallet FromSecretKey(ReadOnlySpan<byte> secretKey, string prefix = Address.MainnetPrefix) =>
        Address.IsPrefix(prefix)
            ? new Wallet(KeyPair.FromSecretKey(secretKey), prefix, mnemonic: null, path: null)
            : throw new ArgumentException("A prefix has 1 to 31 letters a to z.", nameof(prefix));

    /// <summary>
    /// Whether a signature is that of a message. False for anything malformed, and for an empty message, as in
    /// trac-wallet.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ReadOnlySpan<byte> publicKey) =>
        !message.IsEmpty && Ed25519.Verify(signature, message, publicKey);

    /// <summary>The 64-byte Ed25519 signature of a message.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureBytes];
        KeyPair.Sign(message, signature);
        return signature;
    }

    /// <summary>Writes the 64-byte signature of a message to the front of <paramref name="signature"/>.</summary>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => KeyPair.Sign(message, signature);

    /// <summary>The mnemonic, null if there is none. A string cannot be zeroed: ask only to show or store it.</summary>
    public string? RevealMnemonic()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return HasMnemonic ? TextEncoding.UTF8.GetString(_mnemonic) : null;
    }

    /// <summary>Zeroes the secrets. Signing afterwards throws.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        KeyPair.Dispose();
        CryptographicOperations.ZeroMemory(_mnemonic);
    }

    /// <summary>The address; never a secret.</summary>
    public override string ToString() => Address.Text;

    private static KeyPair DeriveKeyPair(string mnemonic, DerivationPath path, string prefix)
    {
        Span<byte> seed = stackalloc byte[Bip39.SeedBytes];
        Span<byte> key = stackalloc byte[Slip10.KeyBytes];
        try
        {
            Bip39.ToSeed(mnemonic, seed);
            uint[] steps = [.. prefix.Select(letter => (uint)letter), .. path.Steps];
            Slip10.DeriveKey(seed, steps, key);
            return KeyPair.FromSeed(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
