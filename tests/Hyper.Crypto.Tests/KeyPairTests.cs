using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto.Tests;

public class KeyPairTests
{
    [Fact]
    public void FromSeed_of_vectors_gives_their_keys()
    {
        foreach (var vector in Vectors.Load("transport/ids-namespaces.json").GetProperty("vectors").EnumerateArray())
        {
            if (!vector.Text("id").StartsWith("keypair/", StringComparison.Ordinal))
                continue;
            using var pair = KeyPair.FromSeed(vector.GetProperty("input").Hex("seed"));
            Assert.Equal(vector.Text("publicKey"), pair.PublicKey.ToHex());
            Assert.Equal(vector.Text("secretKey"), pair.SecretKey.ToHex());
            using var again = KeyPair.FromSecretKey(vector.Hex("secretKey"));
            Assert.Equal(pair.PublicKey, again.PublicKey);
        }
    }

    [Fact]
    public void Sign_of_vector_gives_its_signature()
    {
        var vectors = Vectors.Load("hypercore-crypto.json").GetProperty("vectors");
        using var pair = KeyPair.FromSeed(vectors.Hex("seed"));
        Span<byte> signature = stackalloc byte[64];
        pair.Sign("msg"u8, signature);
        Assert.Equal(vectors.Text("sign_msg"), signature.ToHex());
        Assert.True(Ed25519.Verify(signature, "msg"u8, pair.PublicKey));
    }

    [Fact]
    public void Verify_of_anything_changed_is_false()
    {
        using var pair = KeyPair.Generate();
        byte[] message = [1, 2, 3, 4];
        var signature = new byte[64];
        pair.Sign(message, signature);
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.False(Ed25519.Verify(signature, message, pair.PublicKey));
            signature[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
        Assert.False(Ed25519.Verify(signature, message.AsSpan(1), pair.PublicKey));
        Assert.False(Ed25519.Verify(signature.AsSpan(1), message, pair.PublicKey));
        Assert.False(Ed25519.Verify(signature, message, pair.PublicKey.ToArray().AsSpan(1)));
        Assert.True(Ed25519.Verify(signature, message, pair.PublicKey));
    }

    [Fact]
    public void FromSecretKey_with_a_foreign_public_half_throws()
    {
        var secretKey = new byte[64];
        using var pair = KeyPair.Generate();
        pair.ExportSecretKey(secretKey);
        secretKey[40] ^= 1;
        Assert.Throws<ArgumentException>(() => KeyPair.FromSecretKey(secretKey));
    }

    [Fact]
    public void Dispose_zeroes_the_secret_and_ends_its_use()
    {
        var pair = KeyPair.FromSeed(new byte[32]);
        var secret = pair.SecretKey;
        Assert.NotEqual(-1, secret.IndexOfAnyExcept((byte)0));
        pair.Dispose();
        Assert.Equal(-1, secret.IndexOfAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => pair.Sign([1], new byte[64]));
    }

    [Fact]
    public void ToString_shows_the_public_key_only()
    {
        using var pair = KeyPair.FromSeed(Convert.FromHexString(new string('0', 63) + "1"));
        Assert.Contains(pair.PublicKey.ToHex()[..8], pair.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(pair.SecretKey[..4]), pair.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void First_call_into_sodium_has_initialised_it()
    {
        _ = Blake2b.Hash([]);
        // 1 says that it was initialised before.
        Assert.Equal(1, Sodium.sodium_init());
    }

    [Fact]
    public void Operations_allocate_nothing()
    {
        using var pair = KeyPair.Generate();
        var signature = new byte[64];
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            pair.Sign([1, 2, 3], signature);
            _ = Ed25519.Verify(signature, [1, 2, 3], pair.PublicKey);
            _ = Blake2b.Hash([1], [2], [3]);
            _ = DiscoveryKey.From(default(Bytes32));
        }
    }
}
