using Hyper.Core.Internal;
using Hyper.Encoding;
using TestKit;

namespace Hyper.Core.Tests.Wakeup;

/// <summary>Messages of the wakeup protocol against the bytes of protomux-wakeup 2.4.0.</summary>
public sealed class WakeupVectorTests
{
    private const string File = "wakeup.json";

    private delegate bool Reading<T>(ref CompactReader reader, out T message);

    private delegate void Writing(ref CompactWriter writer);

    public static TheoryData<string> Ids() => [.. Vectors.All(File).Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Bytes_agree_with_JavaScript(string id)
    {
        var vector = Vectors.One(File, id);
        var bytes = vector.Expected().Hex();
        switch (id.Split('/')[0])
        {
            case "capability":
                var capability = WakeupTopic.ComputeCapability(
                    vector.Input().Hex32("key"),
                    id.EndsWith("/initiator", StringComparison.Ordinal),
                    vector.Input().Hex("handshakeHash")
                );
                Assert.Equal(new Bytes32(bytes), capability);
                break;
            case "handshake":
                var handshake = new WakeupHandshake(Fill(7), IsActive(id));
                Check<WakeupHandshake>(
                    bytes,
                    handshake,
                    WakeupHandshakeCodec.TryRead,
                    (ref w) => WakeupHandshakeCodec.Write(ref w, handshake)
                );
                break;
            case "lookup":
                Bytes32? hash = id == "lookup/null" ? null : Fill(5);
                Check<Bytes32?>(
                    bytes,
                    hash,
                    WakeupLookupCodec.TryRead,
                    (ref w) => WakeupLookupCodec.Write(ref w, hash)
                );
                break;
            case "announce":
                WakeupWriter[] writers = id == "announce/empty" ? [] : [new(Fill(1), 5), new(Fill(2), 70_000)];
                Assert.Equal(bytes.Length, WakeupAnnounceCodec.GetSize(writers));
                Check<WakeupWriter[]>(
                    bytes,
                    writers,
                    WakeupAnnounceCodec.TryRead,
                    (ref w) => WakeupAnnounceCodec.Write(ref w, writers)
                );
                break;
            case "info":
                Check<bool>(
                    bytes,
                    IsActive(id),
                    WakeupInfoCodec.TryRead,
                    (ref w) => WakeupInfoCodec.Write(ref w, IsActive(id))
                );
                break;
            default:
                Assert.Fail($"no check for {id}");
                break;
        }
    }

    [Fact]
    public void Announcement_beyond_the_limits_is_refused()
    {
        Assert.False(Read([0xfe, 1, 0, 1, 0], new byte[34 * 65_537]));
        Assert.False(Read([2], new byte[33 + 32]));
        // 2^53: beyond any core.
        Assert.False(Read([1], [.. new byte[32], 0xff, 0, 0, 0, 0, 0, 0, 0x20, 0]));

        static bool Read(byte[] count, byte[] rest)
        {
            var reader = new CompactReader([.. count, .. rest]);
            return WakeupAnnounceCodec.TryRead(ref reader, out _);
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Any_bytes_are_refused_or_read()
    {
        var random = TestSeed.NewRandom();
        var examples = Vectors
            .All(File)
            .Where(vector => !vector.Id().StartsWith("capability", StringComparison.Ordinal));
        var inputs = new RandomBytes(random, [.. examples.Select(vector => vector.Expected().Hex())]);
        for (var i = FuzzBudget.Inputs(); i > 0; i--)
        {
            var bytes = inputs.Next();
            var reader = new CompactReader(bytes);
            WakeupHandshakeCodec.TryRead(ref reader, out _);
            reader = new CompactReader(bytes);
            WakeupLookupCodec.TryRead(ref reader, out _);
            reader = new CompactReader(bytes);
            if (!WakeupAnnounceCodec.TryRead(ref reader, out var writers))
                continue;
            var written = new byte[WakeupAnnounceCodec.GetSize(writers)];
            var writer = new CompactWriter(written);
            WakeupAnnounceCodec.Write(ref writer, writers);
            var again = new CompactReader(written);
            Assert.True(WakeupAnnounceCodec.TryRead(ref again, out var readAgain));
            Assert.Equal(writers, readAgain);
        }
    }

    private static void Check<T>(byte[] bytes, T expected, Reading<T> read, Writing write)
    {
        var reader = new CompactReader(bytes);
        Assert.True(read(ref reader, out var message));
        Assert.True(reader.IsAtEnd);
        Assert.Equal(expected, message);
        var written = new byte[bytes.Length];
        var writer = new CompactWriter(written);
        write(ref writer);
        Assert.Equal(bytes.Length, writer.Position);
        Assert.Equal(bytes, written);
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = new CompactReader(bytes.AsSpan(0, length));
            Assert.False(read(ref cut, out _), $"{length} of {bytes.Length} bytes");
        }
    }

    private static bool IsActive(string id) => id.EndsWith("true", StringComparison.Ordinal);

    private static Bytes32 Fill(byte value) => new([.. Enumerable.Repeat(value, Bytes32.Length)]);
}
