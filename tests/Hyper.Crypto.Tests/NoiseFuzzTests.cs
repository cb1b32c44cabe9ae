using TestKit;

namespace Hyper.Crypto.Tests;

public class NoiseFuzzTests
{
    private const int MaxMessage = 300;

    [Theory]
    [InlineData(NoisePattern.IK)]
    [InlineData(NoisePattern.XX)]
    public void Truncated_messages_fail_and_do_not_throw(NoisePattern pattern)
    {
        for (var step = 0; step < (pattern == NoisePattern.IK ? 2 : 3); step++)
        {
            using var probe = Start(pattern);
            var message = AdvanceTo(probe, step);
            for (var length = 0; length < message.Length; length++)
            {
                using var pair = Start(pattern);
                AdvanceTo(pair, step);
                // The first message of XX ends with a payload in clear: it may be cut without notice.
                if (pattern == NoisePattern.XX && step == 0 && length >= 32)
                    continue;
                Assert.False(
                    Receiver(pair, step).TryReadMessage(message.AsSpan(0, length), new byte[MaxMessage], out _)
                );
                Assert.NotEqual(NoiseFailure.None, Receiver(pair, step).Failure);
            }
        }
    }

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    [InlineData(NoisePattern.IK)]
    [InlineData(NoisePattern.XX)]
    public void Mutated_messages_never_complete_a_handshake(NoisePattern pattern)
    {
        var random = TestSeed.NewRandom();
        // Each input costs most of a handshake.
        for (var left = FuzzBudget.Inputs(oneIn: 20); left > 0; left--)
        {
            using var pair = Start(pattern);
            // A change in the first message of XX is noticed by the initiator only when it reads the second.
            var step = random.Next(pattern == NoisePattern.IK ? 0 : 1, pattern == NoisePattern.IK ? 2 : 3);
            var message = AdvanceTo(pair, step);
            message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(Receiver(pair, step).TryReadMessage(message, new byte[MaxMessage], out _));
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Random_messages_never_throw()
    {
        var random = TestSeed.NewRandom();
        using var keys = KeyPair.FromSeed(new byte[32]);
        var payload = new byte[MaxMessage];
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var message = new byte[random.Next(MaxMessage)];
            random.NextBytes(message);
            using var responder = new NoiseHandshake(NoisePattern.IK, false, keys, default, null, new byte[32]);
            Assert.False(responder.TryReadMessage(message, payload, out _));
            // Failing is for good.
            Assert.False(responder.TryReadMessage(message, payload, out _));
            Assert.False(responder.TryWriteMessage(default, payload, out _));
        }
    }

    [Fact]
    public void Oversized_message_fails()
    {
        using var keys = KeyPair.FromSeed(new byte[32]);
        using var responder = new NoiseHandshake(NoisePattern.XX, false, keys);
        Assert.False(responder.TryReadMessage(new byte[65536], new byte[65536], out _));
        Assert.Equal(NoiseFailure.BadLength, responder.Failure);
    }

    private static NoisePair Start(NoisePattern pattern) => new(pattern, Seed(1), Seed(2), Seed(3), Seed(4), [1, 2, 3]);

    private static byte[] Seed(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static NoiseHandshake Receiver(NoisePair pair, int step) =>
        (step & 1) == 0 ? pair.Responder : pair.Initiator;

    /// <summary>Passes the messages before <paramref name="step"/> and gives that message, not yet read.</summary>
    private static byte[] AdvanceTo(NoisePair pair, int step)
    {
        for (var i = 0; ; i++)
        {
            var (sender, receiver) = pair.InTurn((i & 1) == 0 ? "initiator" : "responder");
            var message = Convert.FromHexString(NoisePair.Write(sender, [9, 9, 9]));
            if (i == step)
                return message;
            NoisePair.Read(receiver, message);
        }
    }
}
