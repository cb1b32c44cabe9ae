using Hyper.Crypto;
using TestKit;

namespace Hyper.SecretStream.Tests;

/// <summary>A responder that finishes the XX handshake by the book and says nothing more.</summary>
internal static class HandshakeOnly
{
    private const int LengthBytes = 3;

    public static async Task RespondAsync(SimulatedWorld world, BytePipe pipe, KeyPair keyPair)
    {
        var raw = new RawEnd(pipe);
        using var noise = new NoiseHandshake(NoisePattern.XX, isInitiator: false, keyPair, default);
        await ReadAsync(world, raw, noise);
        var message = new byte[noise.MessageOverheadBytes];
        Assert.True(noise.TryWriteMessage(default, message, out _));
        raw.Send([(byte)message.Length, 0, 0, .. message]);
        await ReadAsync(world, raw, noise);
        Assert.True(noise.IsComplete);
    }

    private static async Task ReadAsync(SimulatedWorld world, RawEnd raw, NoiseHandshake noise)
    {
        while (raw.Received.Count < LengthBytes || raw.Received.Count < LengthBytes + raw.Received[0])
            await world.Delay(Bench.Step);
        var message = raw.Received.GetRange(LengthBytes, raw.Received[0]).ToArray();
        raw.Received.RemoveRange(0, LengthBytes + message.Length);
        Assert.True(noise.TryReadMessage(message, new byte[message.Length], out _));
    }
}
