using System.Security.Cryptography;
using Hyper.Crypto;

namespace Hyper.SecretStream.Tests;

public class StreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(61)]
    [InlineData(65536)]
    public void Messages_pass_both_ways_in_any_pieces(int pieceBytes)
    {
        var bench = new Bench();
        bench.PipeA.PieceBytes = bench.PipeB.PieceBytes = pieceBytes;
        bench.Run(async () =>
        {
            for (var length = 0; length < 300; length += 23)
            {
                Assert.True(bench.A.Write(Bench.Filled((byte)length, length)));
                Assert.True(bench.B.Write(Bench.Filled((byte)~length, length)));
            }
            await bench.AtA.Count(14);
            await bench.AtB.Count(14);
            for (var i = 0; i < 14; i++)
            {
                Assert.Equal(Bench.Filled((byte)(i * 23), i * 23), bench.AtB.Messages[i]);
                Assert.Equal(Bench.Filled((byte)~(i * 23), i * 23), bench.AtA.Messages[i]);
            }
            Assert.Equal(bench.KeysB.PublicKey, bench.A.RemotePublicKey);
            Assert.Equal(bench.KeysA.PublicKey, bench.B.RemotePublicKey);
            Assert.True(bench.A.HandshakeHash.SequenceEqual(bench.B.HandshakeHash));
            Assert.Equal(14, bench.A.MessagesSent);
            Assert.Equal(14, bench.B.MessagesReceived);
        });
    }

    [Fact]
    public void Largest_message_passes_and_a_larger_one_is_refused_here()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var message = new byte[NoiseSecretStreamOptions.WireMaxMessageBytes];
            new Random(7).NextBytes(message);
            bench.A.Write(message);
            await bench.AtB.Count(1);
            Assert.Equal(SHA256.HashData(message), SHA256.HashData(bench.AtB.Messages[0]));
            Assert.Throws<ArgumentException>(() => bench.A.Write(new byte[message.Length + 1]));
            bench.A.Write([1]);
            await bench.AtB.Count(2);
        });
    }

    [Fact]
    public void IK_opens_when_the_initiator_knows_the_key()
    {
        var bench = new Bench();
        var options = new NoiseSecretStreamOptions
        {
            Pattern = NoisePattern.IK,
            RemotePublicKey = bench.KeysB.PublicKey,
        };
        bench.Run(
            async () =>
            {
                bench.A.Write([1, 2]);
                await bench.AtB.Count(1);
                Assert.Equal(bench.KeysA.PublicKey, bench.B.RemotePublicKey);
            },
            options
        );
    }

    [Fact]
    public void IK_with_the_wrong_key_fails_on_the_responder_and_resets_the_initiator()
    {
        var bench = new Bench();
        var options = new NoiseSecretStreamOptions
        {
            Pattern = NoisePattern.IK,
            RemotePublicKey = bench.KeysA.PublicKey,
        };
        bench.World.Run(async () =>
        {
            bench.Make(options);
            bench.A.Start(bench.AtA);
            bench.B.Start(bench.AtB);
            Assert.Equal(SecretStreamErrorCode.HandshakeFailed, (await bench.AtB.FailedAsync()).Code);
            Assert.NotNull(await bench.AtA.Closed);
            Assert.False(await bench.A.Opened);
            Assert.False(await bench.B.Opened);
        });
    }

    [Fact]
    public void Two_initiators_fail()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var a = new NoiseSecretStream(bench.PipeA, true, bench.KeysA);
            var b = new NoiseSecretStream(bench.PipeB, true, bench.KeysB);
            a.Start(bench.AtA);
            b.Start(bench.AtB);
            Assert.NotNull(await bench.AtA.Closed);
            Assert.NotNull(await bench.AtB.Closed);
        });
    }

    [Fact]
    public void Silent_partner_costs_the_handshake_timeout_and_no_more()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            _ = new RawEnd(bench.PipeB);
            var a = new NoiseSecretStream(bench.PipeA, true, bench.KeysA);
            a.Start(bench.AtA);
            Assert.Equal(SecretStreamErrorCode.TimedOut, (await bench.AtA.FailedAsync()).Code);
            Assert.Equal(20, bench.World.Elapsed.TotalSeconds, 1);
        });
    }

    [Fact]
    public void Write_before_open_is_sent_after_the_header_in_order()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Make();
            Assert.True(bench.A.Write([1]));
            bench.A.Start(bench.AtA);
            Assert.False(bench.A.Write(new byte[20_000]));
            bench.A.Write([3]);
            bench.B.Start(bench.AtB);
            bench.B.Write([4]);
            await bench.AtB.Count(3);
            await bench.AtA.Count(1);
            Assert.Equal("1,20000,1", string.Join(',', bench.AtB.Messages.Select(m => m.Length)));
            Assert.Equal(1, bench.AtA.Drains);
        });
    }

    [Fact]
    public void End_before_open_sends_what_was_written_and_ends()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Make();
            bench.A.Start(bench.AtA);
            bench.A.Write([1]);
            bench.A.End();
            Assert.False(bench.A.Write([2]));
            bench.B.Start(bench.AtB);
            await bench.AtB.Ended;
            Assert.Single(bench.AtB.Messages);
        });
    }

    [Fact]
    public void End_leaves_the_other_direction_open()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            bench.A.Write([1]);
            bench.A.End();
            await bench.AtB.Ended;
            Assert.Single(bench.AtB.Messages);
            bench.B.Write([2]);
            bench.B.Write([3]);
            await bench.AtA.Count(2);
            Assert.False(bench.AtA.IsClosed || bench.AtB.IsClosed);
            bench.B.End();
            Assert.Null(await bench.AtA.Closed);
            Assert.Null(await bench.AtB.Closed);
            Assert.True(bench.AtA.Ended.IsCompleted);
            Assert.True(bench.A.HandshakeHash.IsEmpty);
        });
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Destroy_closes_both_sides_once(bool byInitiator, bool afterEnd)
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var (stream, own, other) = byInitiator ? (bench.A, bench.AtA, bench.AtB) : (bench.B, bench.AtB, bench.AtA);
            if (afterEnd)
                stream.End();
            stream.Destroy();
            Assert.False(own.IsClosed);
            stream.Destroy();
            Assert.Null(await own.Closed);
            Assert.IsType<IOException>(await other.Closed);
            Assert.False(stream.Write([1]));
            Assert.False(stream.TrySendUnordered([1]));
        });
    }

    [Fact]
    public void Destroy_gives_its_error_to_the_own_side()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var error = new InvalidOperationException("enough");
            bench.A.Destroy(error);
            Assert.Same(error, await bench.AtA.Closed);
        });
    }

    [Fact]
    public void Destroy_before_start_closes_and_tells_whoever_comes_late()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Make();
            bench.A.Destroy();
            Assert.False(await bench.A.Opened);
            await bench.World.Delay(Bench.Step);
            Assert.True(bench.A.IsClosed);
            bench.A.Start(bench.AtA);
            Assert.Null(await bench.AtA.Closed);
        });
    }

    [Fact]
    public void Destroy_inside_a_message_stops_delivery()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            bench.AtB.Received = _ => bench.B.Destroy();
            for (var i = 0; i < 5; i++)
                bench.A.Write([1]);
            await bench.AtB.Closed;
            Assert.Single(bench.AtB.Messages);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65536)]
    public void PauseReading_holds_messages_the_end_and_the_close(int pieceBytes)
    {
        var bench = new Bench();
        bench.PipeA.PieceBytes = pieceBytes;
        bench.Run(async () =>
        {
            bench.AtB.Received = m =>
            {
                if (m[0] % 2 == 1)
                    bench.B.PauseReading();
            };
            bench.B.End();
            for (byte i = 0; i < 6; i++)
                bench.A.Write([i]);
            bench.A.End();
            for (var expected = 2; expected <= 6; expected += 2)
            {
                await bench.World.Delay(Bench.Step);
                Assert.Equal(expected, bench.AtB.Messages.Count);
                Assert.False(bench.AtB.Ended.IsCompleted);
                Assert.False(bench.AtB.IsClosed);
                bench.B.ResumeReading();
            }
            Assert.Null(await bench.AtB.Closed);
            Assert.True(bench.AtB.Ended.IsCompleted);
            Assert.Equal(6, bench.AtB.Messages.Count);
        });
    }

    [Fact]
    public void Destroy_while_a_clean_close_is_held_still_closes()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            bench.AtB.Received = _ => bench.B.PauseReading();
            bench.B.End();
            bench.A.Write([1]);
            bench.A.Write([2]);
            bench.A.End();
            await bench.World.Delay(Bench.Step);
            bench.B.Destroy();
            await bench.AtB.Closed;
            Assert.Single(bench.AtB.Messages);
        });
    }

    [Fact]
    public void Destroy_at_the_end_of_a_held_close_closes_once()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Make();
            // What had been on its way when the reader paused still comes, and so do the end and the close.
            var transport = new OnLoop(bench.PipeB, bench.Host, neverPauses: true);
            var b = new NoiseSecretStream(transport, isInitiator: false, bench.KeysB);
            var closes = 0;
            b.Closed += (_, _) => closes++;
            bench.AtB.Received = _ => b.PauseReading();
            bench.AtB.AtEnd = () => b.Destroy();
            bench.A.Start(bench.AtA);
            b.Start(bench.AtB);
            Assert.True(await b.Opened);
            b.End();
            bench.A.Write([1]);
            bench.A.End();
            await bench.World.Delay(Bench.Step);
            Assert.False(bench.AtB.IsClosed);
            b.ResumeReading();
            await bench.AtB.Closed;
            await bench.World.Delay(Bench.Step);
            Assert.Equal(1, closes);
        });
    }

    [Fact]
    public void Opened_stream_without_a_reader_holds_messages_until_Start()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            bench.Make();
            var isOpenTold = false;
            bench.B.OnOpen = stream => isOpenTold = stream == bench.B && stream.IsOpen;
            bench.A.Start(bench.AtA);
            bench.A.Write([7]);
            bench.B.Open();
            Assert.True(await bench.B.Opened);
            Assert.True(isOpenTold);
            await bench.World.Delay(Bench.Step);
            Assert.Equal(0, bench.B.MessagesReceived);
            bench.B.Start(bench.AtB);
            Assert.Empty(bench.AtB.Messages);
            await bench.AtB.Count(1);
        });
    }

    [Fact]
    public void OnDrain_is_passed_on()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            bench.PipeA.HighWaterMark = 0;
            Assert.False(bench.A.Write([1]));
            await bench.AtB.Count(1);
            await bench.World.Delay(Bench.Step);
            Assert.Equal(1, bench.AtA.Drains);
        });
    }

    [Fact]
    public void Calls_off_the_loop_throw()
    {
        var bench = new Bench();
        bench.Run(() =>
        {
            var calls = Task.Run(() => Assert.Throws<InvalidOperationException>(() => bench.A.Write([1])));
            return calls;
        });
    }

    [Fact]
    public void Write_and_read_allocate_nothing()
    {
        var bench = new Bench();
        bench.World.Run(() =>
        {
            var a = new NoiseSecretStream(new LoopbackDuplex(bench.Host), bench.Session(true, 5));
            var sink = new Sink();
            a.Start(sink);
            var message = new byte[1200];
            for (var i = 0; i < 100; i++)
                a.Write(message);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                a.Write(message);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(1100, sink.Count);
            return Task.CompletedTask;
        });
    }
}
