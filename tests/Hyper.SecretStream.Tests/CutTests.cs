using Hyper.Crypto;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream.Tests;

/// <summary>A session cut in two at every byte, and streams given up at every callback.</summary>
public class CutTests
{
    private const byte Key = 5;

    private static readonly int[] _lengths = [0, 1, 40, 300, 2];

    [Fact]
    public void Session_cut_in_two_at_every_byte_gives_the_same_messages()
    {
        var session = Session();
        for (var cut = 0; cut <= session.Length; cut++)
        {
            var bench = new Bench();
            bench.World.Run(async () =>
            {
                var (stream, raw) = bench.Bare(true, Key);
                raw.Send(session.AsSpan(0, cut));
                await bench.World.Delay(Bench.Step);
                raw.Send(session.AsSpan(cut));
                await bench.AtA.Count(_lengths.Length);
                Assert.Equal(_lengths, bench.AtA.Messages.Select(m => m.Length));
                Assert.Equal(_lengths.Length, stream.MessagesReceived);
            });
        }
    }

    [Fact]
    public void Session_ended_at_every_byte_closes_once_and_is_clean_only_between_frames()
    {
        var session = Session();
        var clean = CleanCuts();
        for (var cut = 0; cut <= session.Length; cut++)
        {
            var bench = new Bench();
            bench.World.Run(async () =>
            {
                var (stream, raw) = bench.Bare(true, Key);
                stream.End();
                raw.Send(session.AsSpan(0, cut));
                bench.PipeB.End();
                var error = await bench.AtA.Closed;
                Assert.Equal(clean.Contains(cut), error is null);
                if (error is not null)
                    Assert.Equal(SecretStreamErrorCode.ConnectionReset, ((SecretStreamException)error).Code);
            });
        }
    }

    [Theory]
    [InlineData(NoisePattern.XX)]
    [InlineData(NoisePattern.IK)]
    public void Stream_destroyed_at_any_callback_closes_once_and_leaves_no_timer(NoisePattern pattern)
    {
        for (var moment = 0; ; moment++)
        {
            var bench = new Bench();
            bench.PipeA.PieceBytes = bench.PipeB.PieceBytes = 7;
            bench.PipeA.HighWaterMark = 1;
            var isReached = false;
            bench.World.Run(async () =>
            {
                bench.Make(
                    new NoiseSecretStreamOptions
                    {
                        Pattern = pattern,
                        RemotePublicKey = bench.KeysB.PublicKey,
                        KeepAlive = TimeSpan.FromSeconds(1),
                        ReadTimeout = TimeSpan.FromSeconds(30),
                    }
                );
                var left = moment;
                foreach (var (stream, recorder) in new[] { (bench.A, bench.AtA), (bench.B, bench.AtB) })
                {
                    stream.OnOpen = _ => Step(stream);
                    stream.OnUnordered = _ => Step(stream);
                    recorder.Received = _ => Step(stream);
                    recorder.AtDrain = () => Step(stream);
                    recorder.AtEnd = () => Step(stream);
                    stream.Start(recorder);
                    stream.Write([1, 2, 3]);
                }
                await bench.World.Delay(Bench.Step);
                bench.A.Write(new byte[100]);
                bench.A.TrySendUnordered([1]);
                bench.B.PauseReading();
                await bench.World.Delay(Bench.Step);
                bench.B.ResumeReading();
                bench.A.End();
                bench.B.Write([4]);
                bench.B.End();
                await Task.WhenAll(bench.AtA.Closed, bench.AtB.Closed);
                Assert.True(bench.A.IsClosed && bench.B.IsClosed);
                var (sent, received) = (bench.A.MessagesSent, bench.B.MessagesReceived);
                await bench.World.Delay(TimeSpan.FromMinutes(2));
                Assert.Equal((sent, received), (bench.A.MessagesSent, bench.B.MessagesReceived));

                void Step(NoiseSecretStream stream)
                {
                    if (left-- != 0)
                        return;
                    isReached = true;
                    stream.Destroy();
                }
            });
            if (isReached)
                continue;
            Assert.InRange(moment, 8, 100);
            return;
        }
    }

    private static byte[] Session()
    {
        using var encryptor = new SecretStreamEncryptor(Bench.Filled(Key, 32), new byte[24]);
        List<byte> session =
        [
            56,
            0,
            0,
            .. SecretStreamWire.StreamId(Bench.Filled(0x11, 64), isInitiator: false).Span,
            .. new byte[24],
        ];
        foreach (var length in _lengths)
        {
            var frame = new byte[SecretStreamWire.FrameOverheadBytes + length];
            SecretStreamWire.WriteLength(frame, frame.Length - SecretStreamWire.LengthBytes);
            encryptor.Encrypt(new byte[length], frame.AsSpan(SecretStreamWire.LengthBytes));
            session.AddRange(frame);
        }
        return [.. session];
    }

    private static HashSet<int> CleanCuts()
    {
        var at = SecretStreamWire.LengthBytes + SecretStreamWire.HeaderBodyBytes;
        var cuts = new HashSet<int> { 0, at };
        foreach (var length in _lengths)
            cuts.Add(at += SecretStreamWire.FrameOverheadBytes + length);
        return cuts;
    }
}
