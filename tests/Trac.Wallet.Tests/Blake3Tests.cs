namespace Trac.Wallet.Tests;

public sealed class Blake3Tests
{
    [Fact]
    public void Hash_of_every_tree_shape_is_that_of_the_package()
    {
        foreach (var vector in Vectors.Read("blake3.json").GetProperty("vectors").EnumerateArray())
        {
            var input = new byte[vector.GetProperty("input_len").GetInt32()];
            for (var i = 0; i < input.Length; i++)
                input[i] = (byte)(i % 251);
            Assert.Equal(vector.Text("hash"), Convert.ToHexStringLower(Blake3.Hash(input)));
        }
    }

    [Fact]
    public void Hash_of_text_is_that_of_the_package()
    {
        foreach (var vector in Vectors.Read("hashes.json").GetProperty("vectors").EnumerateArray())
            Assert.Equal(
                vector.Text("blake3"),
                Convert.ToHexStringLower(Blake3.Hash(TextEncoding.UTF8.GetBytes(vector.Text("input_utf8"))))
            );
    }

    [Fact]
    public void Hash_of_a_transaction_is_that_of_the_package()
    {
        var vector = Vectors.Read("trac-wallet.json").GetProperty("txVector");
        Assert.Equal(vector.Text("tx"), Convert.ToHexStringLower(Blake3.Hash(vector.Bytes("msg"))));
    }

    [Fact]
    public void Hash_into_too_little_room_throws() =>
        Assert.Throws<ArgumentException>(() => Blake3.Hash([], new byte[31]));
}
