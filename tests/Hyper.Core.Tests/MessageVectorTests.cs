using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests;

/// <summary>Every replication message against the bytes of hypercore 11.18.3 (11.8.3 and 11.37.1 write the same).</summary>
public sealed class MessageVectorTests
{
    private const string File = "messages.json";
    private const string LegacyNoData = "nodata/legacy-short";

    public static TheoryData<string> Ids() => [.. Vectors.All(File).Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Read_and_write_agree_with_JavaScript(string id)
    {
        var vector = Vectors.One(File, id);
        var bytes = BytesOf(vector);
        var type = TypeOf(vector);
        var decoded = vector.GetProperty("decoded");
        Assert.True(WireMessages.TryRead(type, bytes, out var message));
        CheckFields(type, message, decoded);
        var written = WireMessages.Write(type, message);
        // The oldest spelling has no flags; we write them, as 11.18 does.
        Assert.Equal(id == LegacyNoData ? [.. bytes, 0] : bytes, written);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Read_refuses_a_message_that_was_cut(string id)
    {
        var vector = Vectors.One(File, id);
        var bytes = BytesOf(vector);
        var type = TypeOf(vector);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(IsWhole(type, bytes, length), WireMessages.TryRead(type, bytes[..length], out _));
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(200, false)]
    [InlineData(64 * 1024, true)]
    public void Read_keeps_a_block_apart_from_the_message(int size, bool isRented)
    {
        byte[] value = [.. Enumerable.Range(0, size).Select(i => (byte)(i + 1))];
        var proof = new TreeProof { Fork = 0, Block = new BlockProof(3, value, []) };
        var bytes = Vectors.Encode(new DataMessage(1, proof));
        Assert.True(DataCodec.TryRead(bytes, out var message, out var rented));
        bytes.AsSpan().Clear();
        Assert.Equal(value, message.Proof.Block!.Value.ToArray());
        // A block of a power of two does not take twice its room.
        Assert.Equal(isRented ? size : null, rented?.Length);
    }

    [Fact]
    public void Read_takes_flags_that_only_newer_peers_send()
    {
        Assert.True(WireMessages.TryRead(0, [0x1f, 0, 1, 1], out var sync));
        Assert.Equal(SyncFlags.AllowPush, ((SyncMessage)sync).Flags & SyncFlags.AllowPush);
        // Found by TEST_SEED=295617051: flags without a name, written back as one byte, read as the beginning of a number.
        Assert.True(WireMessages.TryRead(0, [0xfd, 0xff, 0, 0, 1, 1], out var unknown));
        Assert.Equal([0x1f, 0, 1, 1], WireMessages.Write(0, unknown));
        Assert.True(WireMessages.TryRead(5, [3, 4, 1], out var want));
        Assert.Equal(new WantMessage(3, 4, Any: true), want);
        Assert.Equal([3, 4, 1], WireMessages.Write(5, want));
        Assert.True(WireMessages.TryRead(4, [3, 0xfe], out _) is false);
        Assert.True(WireMessages.TryRead(4, [3, 1, 9], out var noData));
        Assert.Equal(new NoDataMessage(3, (NoDataReason)9), noData);
    }

    [Theory]
    [InlineData(0, "00ffffffffffffffffff0000")]
    [InlineData(0, "0000ff00000000000010000000")]
    [InlineData(2, "ff0000000000002000")]
    [InlineData(5, "00ff0000000000002000")]
    [InlineData(7, "ff000000000000200000")]
    [InlineData(7, "00feffffffff")]
    [InlineData(8, "02ff0000000000002000")]
    [InlineData(9, "ff00000000000000ff")]
    public void Read_refuses_numbers_beyond_any_core(int type, string hex) =>
        Assert.False(WireMessages.TryRead(type, Convert.FromHexString(hex), out _));

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Any_bytes_are_refused_or_read_back_as_themselves()
    {
        var random = TestSeed.NewRandom();
        var inputs = Vectors
            .All(File)
            .GroupBy(TypeOf)
            .Select(group => (Type: group.Key, Bytes: new RandomBytes(random, [.. group.Select(BytesOf)])))
            .ToArray();
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            var (type, source) = inputs[random.Next(inputs.Length)];
            if (!WireMessages.TryRead(type, source.Next(), out var message))
                continue;
            var bytes = WireMessages.Write(type, message);
            Assert.True(WireMessages.TryRead(type, bytes, out var again));
            Assert.Equal(bytes, WireMessages.Write(type, again));
        }
    }

    internal static byte[] BytesOf(JsonElement vector) =>
        vector.Id() == LegacyNoData ? vector.Input().Hex() : vector.Expected().Hex();

    private static int TypeOf(JsonElement vector) =>
        vector.Id() == LegacyNoData ? 4 : vector.Input().GetProperty("type").GetInt32();

    /// <summary>Whether so many bytes of a message are a message: the flags of no-data are optional, payloads have no length.</summary>
    private static bool IsWhole(int type, byte[] bytes, int length) =>
        type switch
        {
            4 => length == 1,
            9 => length > bytes[0],
            _ => false,
        };

    private static void CheckFields(int type, object message, JsonElement decoded)
    {
        switch (message)
        {
            case HandshakeMessage handshake:
                Assert.Equal(decoded.GetProperty("seeks").GetBoolean(), handshake.Seeks);
                Assert.Equal(decoded.Hex32("capability"), handshake.Capability);
                break;
            case SyncMessage sync:
                var flags = Flag(decoded, "canUpgrade", SyncFlags.CanUpgrade);
                flags |= Flag(decoded, "uploading", SyncFlags.Uploading);
                flags |= Flag(decoded, "downloading", SyncFlags.Downloading);
                flags |= Flag(decoded, "hasManifest", SyncFlags.HasManifest);
                var (fork, length) = (decoded.Number("fork"), decoded.Number("length"));
                Assert.Equal(new SyncMessage(flags, fork, length, decoded.Number("remoteLength")), sync);
                break;
            case RequestMessage request:
                Assert.Equal(decoded.Number("id"), request.Id);
                Assert.Equal(decoded.Number("fork"), request.Fork);
                Assert.Equal(decoded.Number("priority"), request.Priority);
                Assert.Equal(decoded.GetProperty("manifest").GetBoolean(), request.Proof.Manifest);
                Assert.Equal(Pair(decoded, "block", "index", "nodes"), Pair(request.Proof.Block));
                Assert.Equal(Pair(decoded, "upgrade", "start", "length"), Pair(request.Proof.Upgrade));
                Assert.Equal(Pair(decoded, "hash", "index", "nodes"), Pair(request.Proof.Hash));
                Assert.Equal(Pair(decoded, "seek", "bytes", "padding"), Pair(request.Proof.Seek));
                break;
            case DataMessage data:
                Assert.Equal(decoded.Number("request"), data.Request);
                Assert.Equal(decoded.Number("fork"), data.Proof.Fork);
                Assert.Equal(decoded.Has("block"), data.Proof.Block is not null);
                Assert.Equal(decoded.Has("hash"), data.Proof.Hash is not null);
                Assert.Equal(decoded.Has("seek"), data.Proof.Seek is not null);
                Assert.Equal(decoded.Has("upgrade"), data.Proof.Upgrade is not null);
                Assert.Equal(decoded.Has("manifest"), data.Proof.Manifest is not null);
                break;
            case CancelMessage cancel:
                Assert.Equal(decoded.Number("request"), cancel.Request);
                break;
            case NoDataMessage noData:
                Assert.Equal(
                    new NoDataMessage(decoded.Number("request"), (NoDataReason)decoded.Number("reason")),
                    noData
                );
                break;
            case WantMessage want:
                Assert.Equal(new WantMessage(decoded.Number("start"), decoded.Number("length")), want);
                break;
            case BitfieldMessage bitfield:
                Assert.Equal(decoded.Number("start"), bitfield.Start);
                var words = decoded.GetProperty("bitfield").EnumerateObject().Select(word => word.Value.GetUInt32());
                Assert.Equal(words.SelectMany(BitConverter.GetBytes), bitfield.Words.ToArray());
                break;
            case RangeMessage range:
                var drop = decoded.GetProperty("drop").GetBoolean();
                Assert.Equal(new RangeMessage(drop, decoded.Number("start"), decoded.Number("length")), range);
                break;
            case ExtensionMessage extension:
                Assert.Equal(decoded.Text("name"), extension.Name);
                Assert.Equal(decoded.Hex("message"), extension.Message.ToArray());
                break;
            default:
                Assert.Fail($"message type {type} has no check");
                break;
        }
    }

    private static SyncFlags Flag(JsonElement decoded, string name, SyncFlags flag) =>
        decoded.GetProperty(name).GetBoolean() ? flag : SyncFlags.None;

    private static (ulong, ulong)? Pair(JsonElement decoded, string part, string first, string second) =>
        decoded.Has(part) ? (decoded.GetProperty(part).Number(first), decoded.GetProperty(part).Number(second)) : null;

    private static (ulong, ulong)? Pair(BlockRequest? block) => block is { } found ? (found.Index, found.Nodes) : null;

    private static (ulong, ulong)? Pair(HashRequest? hash) => hash is { } found ? (found.Index, found.Nodes) : null;

    private static (ulong, ulong)? Pair(SeekRequest? seek) => seek is { } found ? (found.Bytes, found.Padding) : null;

    private static (ulong, ulong)? Pair(UpgradeRequest? upgrade) =>
        upgrade is { } found ? (found.Start, found.Length) : null;
}
