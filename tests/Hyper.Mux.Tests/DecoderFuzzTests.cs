using TestKit;

namespace Hyper.Mux.Tests;

/// <summary>Whatever arrives: nothing throws, and what is held stays bounded.</summary>
public sealed class DecoderFuzzTests
{
    [Fact]
    public void Receive_of_every_truncation_of_every_frame_never_throws() =>
        InWorld.Run(
            async (host, world) =>
            {
                var frames = Vectors.Frames().ToList();
                Assert.True(frames.Count > 500, $"Only {frames.Count} frames in the vectors.");
                foreach (var frame in frames)
                {
                    for (var length = 0; length <= frame.Length; length++)
                        Prepare(host).Receive(frame.AsSpan(0, length));
                }
                await world.Settle();
            }
        );

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Receive_of_mutated_and_random_frames_never_throws()
    {
        var seed = TestSeed.Next();
        var rounds = FuzzBudget.Inputs();
        InWorld.Run(
            async (host, world) =>
            {
                var random = new Random(seed);
                var corpus = Vectors.Frames().ToArray();
                var stream = Prepare(host);
                var survived = 0;
                for (var round = 0; round < rounds; round++)
                {
                    stream.Receive(NextFrame(random, corpus));
                    if (random.Next(50) == 0)
                        await world.Settle();
                    if (stream.IsDestroyed)
                        stream = Prepare(host);
                    else
                        survived++;
                }
                Assert.InRange(survived, rounds / 20, rounds - 1);
            }
        );
    }

    private static byte[] NextFrame(Random random, byte[][] corpus)
    {
        if (random.Next(4) == 0)
        {
            var noise = new byte[random.Next(24)];
            random.NextBytes(noise);
            // Small numbers are channels, types and lengths.
            for (var i = 0; i < noise.Length; i++)
                noise[i] = random.Next(3) == 0 ? noise[i] : (byte)random.Next(4);
            return noise;
        }
        byte[] frame = [.. corpus[random.Next(corpus.Length)]];
        for (var mutations = random.Next(3); mutations > 0 && frame.Length > 0; mutations--)
            frame[random.Next(frame.Length)] = (byte)(random.Next(2) == 0 ? random.Next(8) : random.Next(256));
        return random.Next(4) == 0 ? frame[..random.Next(frame.Length + 1)] : frame;
    }

    /// <summary>A mux that has an open channel, one that is opening, one that is dead, and a pair handler at work.</summary>
    private static ScriptedStream Prepare(Hyper.Loop.EventLoop loop)
    {
        var stream = new ScriptedStream(loop) { IsQuiet = true };
        var mux = new Protomux(stream);
        mux.Pair("q", (_, _) => new ValueTask(new TaskCompletionSource().Task));
        foreach (var protocol in (string[])["p", "foo", "a"])
        {
            var channel = mux.CreateChannel(new ChannelOptions { Protocol = protocol, Messages = [null] })!;
            channel.Open();
            if (protocol == "a")
                channel.Close();
        }
        stream.Receive(Frames.Open(1, "p"));
        return stream;
    }
}
