using Hyper.Crypto;
using Hyper.SecretStream.Internal;
using TestKit;

namespace Hyper.SecretStream.Tests;

public class HostileTests
{
    private const byte Key = 5;

    // What a good responder says first, with a header of zeros.
    private static byte[] Header =>
        [56, 0, 0, .. SecretStreamWire.StreamId(Bench.Filled(0x11, 64), isInitiator: false).Span, .. new byte[24]];

    [Fact]
    public void Wrong_stream_id_fails() => CheckRefused(SecretStreamErrorCode.InvalidHeader, Flipped(Header, 10));

    [Fact]
    public void Own_stream_id_sent_back_fails()
    {
        var id = SecretStreamWire.StreamId(Bench.Filled(0x11, 64), isInitiator: true);
        CheckRefused(SecretStreamErrorCode.InvalidHeader, [56, 0, 0, .. id.Span, .. new byte[24]]);
    }

    [Theory]
    [InlineData(55)]
    [InlineData(57)]
    [InlineData(0)]
    [InlineData(0xff_ffff)]
    public void Header_of_another_length_fails_before_its_body(int length) =>
        CheckRefused(SecretStreamErrorCode.InvalidHeader, [(byte)length, (byte)(length >> 8), (byte)(length >> 16)]);

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Message_shorter_than_its_overhead_fails(byte length) =>
        CheckRefused(SecretStreamErrorCode.InvalidMessage, [.. Header, length, 0, 0]);

    [Fact]
    public void Message_over_the_own_limit_fails_before_its_body() =>
        CheckRefused(
            SecretStreamErrorCode.MessageTooLarge,
            [.. Header, 118, 0, 0],
            new NoiseSecretStreamOptions { MaxMessageBytes = 100 }
        );

    [Fact]
    public void Every_bit_flip_in_a_message_fails()
    {
        var frame = GoodFrame([1, 2, 3]);
        for (var bit = 24; bit < frame.Length * 8; bit++)
        {
            var copy = frame.ToArray();
            copy[bit >> 3] ^= (byte)(1 << (bit & 7));
            CheckRefused(SecretStreamErrorCode.DecryptionFailed, [.. Header, .. copy]);
        }
    }

    [Fact]
    public void Repeated_message_fails()
    {
        var frame = GoodFrame([1, 2, 3]);
        CheckRefused(SecretStreamErrorCode.DecryptionFailed, [.. Header, .. frame, .. frame], expectedMessages: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void End_inside_a_frame_is_a_reset(bool isInBody)
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var (_, raw) = bench.Bare(true, Key);
            raw.Send(isInBody ? [.. Header, 20, 0, 0, 1, 2] : [.. Header, 20]);
            bench.PipeB.End();
            Assert.Equal(SecretStreamErrorCode.ConnectionReset, (await bench.AtA.FailedAsync()).Code);
        });
    }

    [Fact]
    public void End_inside_the_handshake_is_a_reset()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var raw = new RawEnd(bench.PipeB);
            var stream = new NoiseSecretStream(bench.PipeA, true, bench.KeysA);
            stream.Start(bench.AtA);
            bench.PipeB.End();
            Assert.Equal(SecretStreamErrorCode.ConnectionReset, (await bench.AtA.FailedAsync()).Code);
            Assert.False(await stream.Opened);
            Assert.False(raw.HasEnded);
        });
    }

    [Fact]
    public void Writer_that_never_waits_is_stopped()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                bench.PipeB.Hold = true;
                bench.PipeA.HighWaterMark = 0;
                var writes = 0;
                while (!bench.A.IsClosed && writes < 1000)
                {
                    bench.A.Write(new byte[1000]);
                    if (++writes % 50 == 0)
                        await bench.World.Delay(Bench.Step);
                }
                Assert.InRange(writes, 100, 150);
                Assert.Equal(SecretStreamErrorCode.NoBuffers, (await bench.AtA.FailedAsync()).Code);
            },
            new NoiseSecretStreamOptions { MaxQueuedBytes = 100_000 }
        );
    }

    [Fact]
    public void Writer_that_waits_may_write_any_amount()
    {
        var bench = new Bench();
        bench.Run(
            async () =>
            {
                bench.PipeA.HighWaterMark = 0;
                for (var i = 1; i <= 300; i++)
                {
                    Assert.False(bench.A.Write(new byte[1000]));
                    while (bench.AtA.Drains < i)
                        await bench.World.Delay(Bench.Step);
                }
                await bench.AtB.Count(300);
                Assert.False(bench.AtA.IsClosed);
            },
            new NoiseSecretStreamOptions { MaxQueuedBytes = 100_000 }
        );
    }

    [Fact]
    public void Announced_length_reserves_nothing_before_its_bytes()
    {
        var reader = default(FrameReader);
        ReadOnlySpan<byte> data = [0xff, 0xff, 0xff, 1, 2, 3];
        Assert.Equal(FrameStatus.NeedMoreData, reader.Read(ref data, 17, 0xff_ffff, out _));
        Assert.True(data.IsEmpty);
        Assert.InRange(reader.ReservedBytes, 3, 64 * 1024);
        for (var arrived = 3; arrived < 300_000; arrived += 1000)
        {
            data = new byte[1000];
            Assert.Equal(FrameStatus.NeedMoreData, reader.Read(ref data, 17, 0xff_ffff, out _));
            Assert.InRange(reader.ReservedBytes, arrived, Math.Max(64 * 1024, 4 * (arrived + 1000)));
        }
        reader.Release();
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Random_bytes_never_throw_and_never_deliver()
    {
        var random = TestSeed.NewRandom();
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            var isShaken = random.Next(2) == 0;
            if (isShaken)
                bytes = [.. Header, (byte)random.Next(17, 60), 0, 0, .. bytes];
            var isWithHandshake = !isShaken && random.Next(2) == 0;
            Feed(bytes, isWithHandshake);
        }
    }

    [Fact]
    public void Truncated_sessions_never_throw()
    {
        byte[] session = [.. Header, .. GoodFrame([1, 2, 3])];
        for (var length = 0; length < session.Length; length++)
            Feed(session[..length], false);
    }

    [Fact]
    public void Unordered_messages_forged_short_or_early_are_dropped()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Make();
            var received = new List<byte[]>();
            bench.B.OnUnordered = message => received.Add(message.ToArray());
            bench.B.Start(bench.AtB);
            bench.PipeA.TrySendMessage(new byte[40]);
            await bench.World.Delay(Bench.Step);
            bench.A.Start(bench.AtA);
            Assert.False(bench.A.TrySendUnordered([1]));
            await bench.A.Opened;
            await bench.B.Opened;
            for (var length = 0; length < 60; length++)
                bench.PipeA.TrySendMessage(new byte[length]);
            Assert.True(bench.A.TrySendUnordered([1, 2, 3]));
            Assert.True(bench.A.TrySendUnordered([]));
            Assert.True(bench.A.TrySendUnordered(new byte[NoiseSecretStream.SafeUnorderedBytes]));
            Assert.False(bench.A.TrySendUnordered(new byte[NoiseSecretStream.MaxUnorderedBytes + 1]));
            await bench.World.Delay(Bench.Step);
            Assert.Equal("3,0,1128", string.Join(',', received.Select(m => m.Length)));
            Assert.False(bench.AtB.IsClosed);
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Unordered_packets_random_or_changed_are_never_opened()
    {
        var hash = Bench.Filled(9, 64);
        var sender = new UnorderedCipher(hash, true, new byte[8]);
        var receiver = new UnorderedCipher(hash, false, new byte[8]);
        var good = new byte[UnorderedCipher.OverheadBytes + 100];
        Assert.True(sender.TrySeal(Bench.Filled(7, 100), good));
        var message = new byte[300];
        Assert.True(receiver.TryOpen(good, message.AsSpan(0, 100)));
        var packets = new RandomBytes(TestSeed.NewRandom(), [good]);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var packet = packets.Next();
            var length = Math.Max(0, packet.Length - UnorderedCipher.OverheadBytes);
            // The good one too, since it has come before.
            Assert.False(receiver.TryOpen(packet, message.AsSpan(0, length)));
        }
    }

    private static byte[] Flipped(byte[] bytes, int index)
    {
        bytes[index] ^= 1;
        return bytes;
    }

    private static byte[] GoodFrame(ReadOnlySpan<byte> message)
    {
        using var encryptor = new SecretStreamEncryptor(Bench.Filled(Key, 32), new byte[24]);
        var frame = new byte[SecretStreamWire.FrameOverheadBytes + message.Length];
        SecretStreamWire.WriteLength(frame, frame.Length - SecretStreamWire.LengthBytes);
        encryptor.Encrypt(message, frame.AsSpan(SecretStreamWire.LengthBytes));
        return frame;
    }

    private static void CheckRefused(
        string code,
        byte[] bytes,
        NoiseSecretStreamOptions? options = null,
        int expectedMessages = 0
    )
    {
        foreach (var pieceBytes in (int[])[1, 65536])
        {
            var bench = new Bench();
            bench.PipeB.PieceBytes = pieceBytes;
            bench.World.Run(async () =>
            {
                var (stream, raw) = bench.Bare(true, Key, options);
                raw.Send(bytes);
                Assert.Equal(code, (await bench.AtA.FailedAsync()).Code);
                await bench.World.Delay(Bench.Step);
                Assert.True(raw.IsClosed);
                Assert.True(stream.IsClosed);
                Assert.Equal(expectedMessages, bench.AtA.Messages.Count);
            });
        }
    }

    private static void Feed(byte[] bytes, bool isWithHandshake)
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var raw = new RawEnd(bench.PipeB);
            var stream = isWithHandshake
                ? new NoiseSecretStream(bench.PipeA, bytes.Length % 2 == 0, bench.KeysA)
                : new NoiseSecretStream(bench.PipeA, bench.Session(true, Key));
            stream.Start(bench.AtA);
            raw.Send(bytes);
            bench.PipeB.TrySendMessage(bytes);
            await bench.World.Delay(Bench.Step);
            Assert.Empty(bench.AtA.Messages);
        });
    }
}
