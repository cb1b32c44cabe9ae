namespace Hyper.Crypto.Tests;

public class CipherTests
{
    private static readonly byte[] _key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void Secretstream_of_sodium_vectors_is_byte_exact()
    {
        var vectors = Vectors.Load("sodium-secretstream.json").GetProperty("vectors");
        using var encryptor = new SecretStreamEncryptor(vectors.Hex("key"), vectors.Hex("header"));
        using var decryptor = new SecretStreamDecryptor(vectors.Hex("key"), vectors.Hex("header"));
        foreach (var frame in vectors.GetProperty("frames").EnumerateArray())
            CheckFrame(
                encryptor,
                decryptor,
                TextEncoding.UTF8.GetBytes(frame.Text("plaintext")),
                frame.Text("cipher_hex")
            );
    }

    [Fact]
    public void Secretstream_of_stream_vectors_is_byte_exact()
    {
        var vector = Vectors.Load("transport/secret-stream.json").GetProperty("vectors").ById("frames-fixed-header");
        var input = vector.GetProperty("input");
        using var encryptor = new SecretStreamEncryptor(input.Hex("key"), input.Hex("header"));
        using var decryptor = new SecretStreamDecryptor(input.Hex("key"), input.Hex("header"));
        foreach (var frame in vector.GetProperty("frames").EnumerateArray())
            CheckFrame(encryptor, decryptor, frame.Hex("plain"), frame.Text("frame")[6..]);
    }

    [Fact]
    public void TryDecrypt_refuses_every_bit_flip_and_goes_on()
    {
        using var encryptor = new SecretStreamEncryptor(_key, new byte[24]);
        using var decryptor = new SecretStreamDecryptor(_key, new byte[24]);
        var cipher = new byte[3 + 17];
        var plain = new byte[3];
        encryptor.Encrypt([1, 2, 3], cipher);
        for (var bit = 0; bit < cipher.Length * 8; bit++)
        {
            cipher[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.False(decryptor.TryDecrypt(cipher, plain));
            cipher[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
        for (var length = 0; length < cipher.Length; length++)
            Assert.False(decryptor.TryDecrypt(cipher.AsSpan(0, length), plain));
        Assert.True(decryptor.TryDecrypt(cipher, plain));
        Assert.Equal([1, 2, 3], plain);
        Assert.False(decryptor.TryDecrypt(cipher, plain));
    }

    [Fact]
    public void SecretBox_opens_payloads_of_js()
    {
        foreach (var vector in Vectors.Load("transport/secure-payload.json").GetProperty("vectors").EnumerateArray())
        {
            if (!vector.TryGetProperty("nonce", out _))
                continue;
            var hash = vector.GetProperty("input").Hex("handshakeHash");
            var key = Blake2b.KeyedHash(hash, HyperNamespace.Derive("hyperswarm/dht", 1).Span);
            Assert.Equal(vector.Text("key"), key.ToHex());
            var packet = vector.Hex("hex");
            var plain = new byte[packet.Length - 24 - 16];
            Assert.True(SecretBox.TryOpen(packet.AsSpan(24), packet.AsSpan(0, 24), key.Span, plain));
            var sealedAgain = new byte[packet.Length - 24];
            SecretBox.Seal(plain, packet.AsSpan(0, 24), key.Span, sealedAgain);
            Assert.Equal(packet[24..], sealedAgain);
        }
    }

    [Fact]
    public void SecretBox_TryOpen_refuses_flips_and_truncations()
    {
        var box = new byte[16 + 5];
        var plain = new byte[5];
        SecretBox.Seal([1, 2, 3, 4, 5], new byte[24], _key, box);
        for (var length = 0; length < box.Length; length++)
            Assert.False(SecretBox.TryOpen(box.AsSpan(0, length), new byte[24], _key, plain));
        for (var i = 0; i < box.Length; i++)
        {
            box[i] ^= 0x80;
            Assert.False(SecretBox.TryOpen(box, new byte[24], _key, plain));
            box[i] ^= 0x80;
        }
        Assert.True(SecretBox.TryOpen(box, new byte[24], _key, plain));
    }

    [Fact]
    public void SecretBox_works_in_place()
    {
        byte[] buffer = [9, 8, 7, .. new byte[16]];
        SecretBox.Seal(buffer.AsSpan(0, 3), new byte[24], _key, buffer);
        Assert.True(SecretBox.TryOpen(buffer, new byte[24], _key, buffer));
        Assert.Equal([9, 8, 7], buffer[..3]);
    }

    [Fact]
    public void StreamCipher_is_XSalsa20_and_undoes_itself()
    {
        // NaCl, tests/stream.c: key "firstkey", nonce "69696ee9...".
        var key = Convert.FromHexString("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        var nonce = Convert.FromHexString("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        var message = new byte[32];
        StreamCipher.Xor(message, nonce, key);
        Assert.Equal(
            "eea6a7251c1e72916d11c2cb214d3c252539121d8e234e652d651fa4c8cff880",
            Convert.ToHexStringLower(message)
        );
        StreamCipher.Xor(message, nonce, key);
        Assert.Equal(new byte[32], message);
        Assert.Throws<ArgumentException>(() => StreamCipher.Xor(new byte[1], nonce.AsSpan(1), key));
        Assert.Throws<ArgumentException>(() => StreamCipher.Xor(new byte[1], nonce, key.AsSpan(1)));
    }

    [Fact]
    public void Argon2i13_is_that_of_sodium()
    {
        // Made with sodium-native 5.1.0: password "password", salt 01 × 16, 4 passes, 32 MiB.
        var key = new byte[32];
        PasswordHash.Argon2i13("password"u8, [.. Enumerable.Repeat((byte)1, 16)], 4, 32 << 20, key);
        Assert.Equal("6b02c2f974465cf42c21b3cf67b5084daa05f8a58b548ebf27faf90939b48a18", Convert.ToHexStringLower(key));
    }

    private static void CheckFrame(
        SecretStreamEncryptor encryptor,
        SecretStreamDecryptor decryptor,
        byte[] plain,
        string expected
    )
    {
        var cipher = new byte[plain.Length + SecretStreamCipher.OverheadBytes];
        encryptor.Encrypt(plain, cipher);
        Assert.Equal(expected, Convert.ToHexStringLower(cipher));
        var opened = new byte[plain.Length];
        Assert.True(decryptor.TryDecrypt(cipher, opened));
        Assert.Equal(plain, opened);
    }
}
