using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>Keys and values of the store against hypercore-storage 1.18.0.</summary>
public sealed class StoreEncodingTests
{
    private const string File = "storage-encodings.json";

    private static readonly Bytes32 _eights = Fill(8);

    [Fact]
    public void Numbers_and_strings_are_those_of_JavaScript()
    {
        var room = new byte[IndexEncoding.MaxUIntBytes];
        foreach (var vector in Vectors.All(File, "uint/"))
        {
            if (vector.Input().ValueKind == JsonValueKind.String)
            {
                Assert.Equal(IndexEncoding.Infinity, Assert.Single(vector.Expected().Hex()));
                continue;
            }
            var value = vector.Input().GetUInt64();
            var written = room.AsSpan(0, IndexEncoding.WriteUInt(room, value));
            Assert.Equal(vector.Expected().Hex(), written);
            ReadOnlySpan<byte> source = written;
            Assert.True(IndexEncoding.TryReadUInt(ref source, out var read));
            Assert.Equal(value, read);
            Assert.True(source.IsEmpty);
        }
        var (one, other) = (new byte[IndexEncoding.MaxUIntBytes], new byte[IndexEncoding.MaxUIntBytes]);
        var composite = Vectors.One(File, "composite/uint1+uint300");
        Assert.Equal(
            composite.Expected().Hex(),
            (byte[])[.. one[..IndexEncoding.WriteUInt(one, 1)], .. other[..IndexEncoding.WriteUInt(other, 300)]]
        );
        foreach (var vector in Vectors.All(File, "string/"))
        {
            var text = TextEncoding.UTF8.GetBytes(vector.Input().GetString()!);
            var bytes = new byte[IndexEncoding.SizeOfString(text)];
            Assert.Equal(bytes.Length, IndexEncoding.WriteString(bytes, text));
            Assert.Equal(vector.Expected().Hex(), bytes);
            ReadOnlySpan<byte> source = bytes;
            Assert.True(IndexEncoding.TryReadString(ref source, out var read));
            Assert.Equal(text, read);
        }
    }

    [Fact]
    public void Numbers_sort_as_their_bytes()
    {
        var random = TestSeed.NewRandom();
        byte[] left = new byte[9],
            right = new byte[9];
        for (var i = 0; i < 10_000; i++)
        {
            var a = (ulong)random.NextInt64(1L << random.Next(1, 53));
            var b = random.Next(4) == 0 ? a + 1 : (ulong)random.NextInt64(1L << random.Next(1, 53));
            var order = left.AsSpan(0, IndexEncoding.WriteUInt(left, a))
                .SequenceCompareTo(right.AsSpan(0, IndexEncoding.WriteUInt(right, b)));
            Assert.Equal(a.CompareTo(b), Math.Sign(order));
        }
    }

    [Fact]
    public void Keys_are_those_of_JavaScript()
    {
        var room = new byte[StoreKeys.MaxBytes];
        var checkedKeys = 0;
        foreach (var vector in Vectors.All(File, "key/"))
        {
            var id = vector.Id()["key/".Length..];
            var open = id.IndexOf('(', StringComparison.Ordinal);
            var name = open < 0 ? id : id[..open];
            var arguments = open < 0 ? [] : id[(open + 1)..^1].Split(',');
            var pointer = arguments.Length > 0 && ulong.TryParse(arguments[0], out var parsed) ? parsed : 0;
            var key = name switch
            {
                "store.head" => StoreKeys.Head.ToArray(),
                "store.core" => StoreKeys.Core(room, Fill(7)).ToArray(),
                "store.alias" => StoreKeys.Alias(_eights, "name"),
                "store.aliasStart" => StoreKeys.Aliases(_eights).Start,
                "store.aliasEnd" => arguments[0].Length == 0
                    ? StoreKeys.AliasesEnd.ToArray()
                    : StoreKeys.Aliases(_eights).End,
                "core.auth" => StoreKeys.Auth(room, pointer).ToArray(),
                "core.sessions" => StoreKeys.Sessions(room, pointer).ToArray(),
                "core.head" => StoreKeys.DataHead(room, pointer).ToArray(),
                "core.dependency" => StoreKeys.Dependency(room, pointer).ToArray(),
                "core.hints" => StoreKeys.Hints(room, pointer).ToArray(),
                "core.block" when arguments[1] == "Infinity" => StoreKeys.BlocksEnd(room, pointer).ToArray(),
                "core.block" => StoreKeys.Block(room, pointer, ulong.Parse(arguments[1])).ToArray(),
                "core.tree" => StoreKeys.TreeNode(room, pointer, ulong.Parse(arguments[1])).ToArray(),
                "core.bitfield" => StoreKeys.BitfieldPage(room, pointer, ulong.Parse(arguments[1])).ToArray(),
                "core.userData" => StoreKeys.UserData(pointer, arguments[1]),
                "core.userDataEnd" => StoreKeys.UserDataEnd(room, pointer).ToArray(),
                "core.local" => StoreKeys.Local(pointer, Convert.FromHexString(arguments[1])),
                "core.localEnd" => StoreKeys.LocalEnd(room, pointer).ToArray(),
                _ => null,
            };
            if (key is not null)
            {
                checkedKeys++;
                Assert.Equal(vector.Expected().GetString(), Convert.ToHexStringLower(key));
                continue;
            }
            // What there is in all: from the head to behind the last key of a core.
            Assert.Equal("store.clear", name);
            Assert.Equal("00", vector.Expected()[0].GetString());
            Assert.True(StoreKeys.Head.SequenceEqual(vector.Expected()[0].Hex()));
            Assert.True(vector.Expected()[1].Hex().AsSpan().SequenceCompareTo(StoreKeys.LocalEnd(room, 0)) > 0);
        }
        Assert.Equal(58, checkedKeys);
    }

    [Fact]
    public void Values_are_those_of_JavaScript()
    {
        Check("@corestore/head full", bytes => StoreHead.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@corestore/core alias", bytes => CoreRecord.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/auth full", bytes => CoreAuth.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/auth key pair without secret", bytes => CoreAuth.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/manifest v0 (storage form differs from the wire form)", Manifest0);
        Check("@core/head null signature", bytes => StoredHead.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/hints 0", bytes => StoredHints.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/hints 1", bytes => StoredHints.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/hints 300", bytes => StoredHints.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/sessions", bytes => NamedSession.TryRead(bytes, out var v) ? NamedSession.ToBytes(v) : null);
        Check("@core/dependency", bytes => CoreDependency.TryRead(bytes, out var v) ? v.ToBytes() : null);
        Check("@core/tree-node", Node);

        static byte[]? Manifest0(byte[] bytes)
        {
            var reader = new CompactReader(bytes);
            Assert.True(StoredManifestCodec.TryRead(ref reader, out var manifest));
            Assert.Equal(0, manifest.Version);
            var again = new byte[StoredManifestCodec.GetSize(manifest)];
            var writer = new CompactWriter(again);
            StoredManifestCodec.Write(ref writer, manifest);
            return again;
        }

        static byte[]? Node(byte[] bytes)
        {
            var reader = new CompactReader(bytes);
            Assert.True(TreeNodeCodec.TryRead(ref reader, out TreeNode node));
            var again = new byte[TreeNodeCodec.GetSize(node)];
            var writer = new CompactWriter(again);
            TreeNodeCodec.Write(ref writer, node);
            return again;
        }
    }

    [Fact]
    public void Head_of_the_newest_format_is_kept_as_it_is()
    {
        var head = new StoreHead
        {
            Version = 2,
            Cores = 3,
            Datas = 4,
            Groups = 5,
            Seed = Fill(1),
            DefaultDiscoveryKey = Fill(2),
        };
        Assert.True(StoreHead.TryRead(head.ToBytes(), out var read));
        Assert.Equal(head, read);
        byte[] recorded = [2, 0, 0, 0, 1, .. Fill(0x42).Span];
        Assert.True(StoreHead.TryRead(recorded, out var empty));
        Assert.Equal(recorded, empty.ToBytes());
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Values_never_throw_when_damaged()
    {
        var random = TestSeed.NewRandom();
        var inputs = new RandomBytes(
            random,
            [.. Vectors.All(File, "value/").Select(vector => vector.Expected().Hex())]
        );
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            var bytes = inputs.Next();
            StoreHead.TryRead(bytes, out _);
            CoreRecord.TryRead(bytes, out _);
            CoreAuth.TryRead(bytes, out _);
            StoredHead.TryRead(bytes, out _);
            StoredHints.TryRead(bytes, out _);
            NamedSession.TryRead(bytes, out _);
            CoreDependency.TryRead(bytes, out _);
            StoreKeys.TryReadIndex(bytes, out _);
            StoreKeys.TryReadUserDataName(bytes, out _);
        }
    }

    private static void Check(string id, Func<byte[], byte[]?> roundTrip)
    {
        var bytes = Vectors.One(File, $"value/{id}").Expected().Hex();
        Assert.Equal(bytes, roundTrip(bytes));
    }

    private static Bytes32 Fill(byte value) => new([.. Enumerable.Repeat(value, 32)]);
}
