using System.Text.Json;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Crypto.Tests;

public class HashTests
{
    // The key that the vector file's maker used for its keyed column.
    private static readonly byte[] _key = [.. Enumerable.Repeat((byte)7, 32)];

    private static readonly (string Name, byte First, string List)[] _namespaces =
    [
        ("x", 0, "namespace_x_3"),
        ("hypercore", 0, "namespace_hypercore_6"),
        ("hyperswarm/dht", 4, "namespace_hyperswarm_dht"),
    ];

    [Fact]
    public void Hash_of_vectors_is_that_of_sodium()
    {
        foreach (var vector in Vectors.Load("hashes.json").GetProperty("vectors").EnumerateArray())
        {
            var input = TextEncoding.UTF8.GetBytes(vector.Text("input_utf8"));
            var longHash = new byte[64];
            Blake2b.LongHash(input, longHash);
            Assert.Equal(vector.Text("blake2b256"), Blake2b.Hash(input).ToHex());
            Assert.Equal(vector.Text("blake2b512"), Convert.ToHexStringLower(longHash));
            Assert.Equal(vector.Text("blake2b256_keyed"), Blake2b.KeyedHash(_key, input).ToHex());
        }
    }

    [Fact]
    public void Hash_of_several_inputs_is_that_of_the_joined_ones()
    {
        byte[] joined = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        ReadOnlySpan<byte> all = joined;
        Assert.Equal(Blake2b.Hash(all), Blake2b.Hash(all[..64], all[64..]));
        Assert.Equal(Blake2b.Hash(all), Blake2b.Hash(all[..1], all[1..129], all[129..]));
        Assert.Equal(Blake2b.KeyedHash(_key, all), Blake2b.KeyedHash(_key, all[..128], all[128..]));

        var hasher = new Blake2bHasher(64);
        foreach (var value in all)
            hasher.Update([value]);
        Span<byte> piecewise = stackalloc byte[64];
        Span<byte> whole = stackalloc byte[64];
        hasher.Finish(piecewise);
        Blake2b.LongHash(all, whole);
        Assert.Equal(whole.ToHex(), piecewise.ToHex());
    }

    [Fact]
    public void HashEach_gives_what_one_by_one_gives()
    {
        var random = TestSeed.NewRandom();
        for (var round = 0; round < 500; round++)
        {
            var inputs = new ReadOnlyMemory<byte>[random.Next(1, 12)];
            // Around the ends of blocks more often than elsewhere.
            for (var i = 0; i < inputs.Length; i++)
                inputs[i] = Bytes(random, Math.Max(0, (128 * random.Next(6)) + random.Next(-12, 13)));
            var prefixBytes = random.Next(3) switch
            {
                0 => 9,
                1 => random.Next(0, 129),
                _ => 128,
            };
            var prefixes = Bytes(random, prefixBytes * inputs.Length);
            var hashes = new Bytes32[inputs.Length];
            Blake2b.HashEach(prefixes, inputs, hashes);
            for (var i = 0; i < inputs.Length; i++)
                Assert.Equal(Blake2b.Hash(prefixes.AsSpan(i * prefixBytes, prefixBytes), inputs[i].Span), hashes[i]);
        }
    }

    [Fact]
    public void HashEach_of_long_inputs_gives_what_one_by_one_gives()
    {
        var random = TestSeed.NewRandom();
        ReadOnlyMemory<byte>[] inputs =
        [
            .. Enumerable.Range(0, 11).Select(i => (ReadOnlyMemory<byte>)Bytes(random, 65_536 - (i * 119))),
        ];
        var prefixes = Bytes(random, 9 * inputs.Length);
        var hashes = new Bytes32[inputs.Length];
        Blake2b.HashEach(prefixes, inputs, hashes);
        for (var i = 0; i < inputs.Length; i++)
            Assert.Equal(Blake2b.Hash(prefixes.AsSpan(9 * i, 9), inputs[i].Span), hashes[i]);
    }

    [Fact]
    public void HashEach_with_prefixes_that_do_not_fit_throws()
    {
        var inputs = new ReadOnlyMemory<byte>[2];
        Assert.Throws<ArgumentException>(() => Blake2b.HashEach(new byte[3], inputs, new Bytes32[2]));
        Assert.Throws<ArgumentException>(() => Blake2b.HashEach(new byte[258], inputs, new Bytes32[2]));
        Assert.Throws<ArgumentException>(() => Blake2b.HashEach(new byte[2], inputs, new Bytes32[1]));
    }

    [Fact]
    public void KeyedHash_without_a_key_throws() =>
        Assert.Throws<ArgumentException>(() => Blake2b.KeyedHash(default, [1, 2, 3]));

    [Fact]
    public void KeyedHash_of_hello_is_that_of_the_probe()
    {
        // sodium-universal 5.0.1, key 07 × 32.
        var hex = Blake2b.KeyedHash(_key, "hello"u8).ToHex();
        Assert.StartsWith("4230b262", hex, StringComparison.Ordinal);
        Assert.EndsWith("ecb85a1", hex, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_and_ids_are_those_of_js()
    {
        var checkedCount = 0;
        foreach (var vector in Vectors.Load("transport/ids-namespaces.json").GetProperty("vectors").EnumerateArray())
        {
            if (!vector.TryGetProperty("input", out var input) || !vector.TryGetProperty("hex", out var hex))
                continue;
            checkedCount++;
            Assert.Equal(hex.GetString(), Compute(input).ToHex());
        }
        Assert.Equal(15, checkedCount);
    }

    [Fact]
    public void HypercoreCrypto_vectors_agree()
    {
        var vectors = Vectors.Load("hypercore-crypto.json").GetProperty("vectors");
        Assert.Equal(
            vectors.Text("discoveryKey"),
            DiscoveryKey.From(Bytes32.FromHex(vectors.Text("publicKey"))).ToHex()
        );
        foreach (var (name, first, list) in _namespaces)
        {
            var index = first;
            foreach (var expected in vectors.GetProperty(list).EnumerateArray())
                Assert.Equal(expected.GetString(), HyperNamespace.Derive(name, index++).ToHex());
        }
        Assert.Equal(vectors.Text("leaf_hello"), Blake2b.Hash([0], [5, 0, 0, 0, 0, 0, 0, 0], "hello"u8).ToHex());
    }

    private static Bytes32 Compute(JsonElement input)
    {
        if (input.TryGetProperty("preimage", out _))
            return Blake2b.Hash(input.Hex("preimage"));
        if (input.TryGetProperty("name", out var name))
            return HyperNamespace.Derive(name.GetString(), input.GetProperty("index").GetByte());
        if (input.TryGetProperty("secret", out _))
            return Blake2b.KeyedHash(input.Hex("secret"), TextEncoding.UTF8.GetBytes(input.Text("host_utf8")));
        return Blake2b.Hash(input.Hex("publicKey"));
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
