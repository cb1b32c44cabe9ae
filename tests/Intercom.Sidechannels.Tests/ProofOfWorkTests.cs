using System.Security.Cryptography;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Intercom.Sidechannels.Internal.Proof;

namespace Intercom.Sidechannels.Tests;

public sealed class ProofOfWorkTests
{
    [Fact]
    public void Sha256State_over_padded_blocks_leads_with_the_zeros_of_the_platform_hash()
    {
        // Lengths around the block borders; the zero bits of the digest are what the search needs of it.
        for (var length = 0; length < 200; length++)
        {
            var message = new byte[length];
            new Random(length).NextBytes(message);
            var padded = new byte[(length + 9 + 63) / 64 * 64];
            message.CopyTo(padded, 0);
            padded[length] = 0x80;
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(padded.AsSpan()[^8..], length * 8);
            var state = Sha256State.Create();
            state.Update(padded);
            var expected = SHA256.HashData(message);
            for (var word = 0; word < 8; word++)
                Assert.Equal(
                    System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(expected.AsSpan(4 * word)),
                    state[word]
                );
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(64)]
    [InlineData(5000)]
    public void Search_finds_a_nonce_that_verifies_whatever_the_size(int messageChars)
    {
        for (var spread = 0; spread < 70; spread += 7)
        {
            var payload = Payload(new string('x', messageChars + spread));
            var nonce = new ProofSearch(payload, difficulty: 6).Search(0, 1 << 16);
            Assert.True(nonce >= 0);
            payload["pow"] = new JsObject { ["nonce"] = nonce };
            Assert.True(ProofOfWork.Verify(payload, 6));
        }
    }

    [Fact]
    public void Search_finds_the_nonce_at_the_top_though_the_message_holds_the_same_text()
    {
        var decoy = new JsObject
        {
            ["nonce"] = 0,
            ["origin"] = "x",
            ["text"] = ",\"nonce\":0,\"origin\":",
        };
        var payload = Payload(decoy);
        payload["pow"] = new JsObject { ["nonce"] = new ProofSearch(payload, 8).Search(0, 1 << 20) };
        Assert.True(ProofOfWork.Verify(payload, 8));
    }

    [Fact]
    public async Task MineAsync_on_a_real_loop_leaves_the_loop_free()
    {
        using var loop = new NetworkLoop();
        var turns = 0;
        var nonce = await loop.InvokeAsync(async () =>
        {
            using var ticking = new CancellationTokenSource();
            var ticks = TickAsync(() => turns++, ticking.Token);
            var mined = await ProofOfWork.MineAsync(loop, Payload("x"), 18, TimeSpan.FromMinutes(2), default);
            Assert.True(loop.IsCurrent);
            await ticking.CancelAsync();
            await ticks;
            return mined;
        });
        var payload = Payload("x");
        payload["pow"] = new JsObject { ["nonce"] = nonce };
        Assert.True(ProofOfWork.Verify(payload, 18));
        Assert.True(turns > 1, "The loop did not turn while the proof was sought.");
    }

    [Fact]
    public async Task MineAsync_past_its_limit_gives_up()
    {
        using var loop = new NetworkLoop();
        var nonce = await loop.InvokeAsync(() => ProofOfWork.MineAsync(loop, Payload("x"), 64, TimeSpan.Zero, default));
        Assert.Equal(-1, nonce);
    }

    private static async Task TickAsync(Action tick, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            tick();
            await Task.Yield();
        }
    }

    private static JsObject Payload(JsValue message) =>
        new()
        {
            ["id"] = "id",
            ["channel"] = "c1",
            ["from"] = "f",
            ["origin"] = "o",
            ["message"] = message,
            ["ts"] = 1,
        };
}
