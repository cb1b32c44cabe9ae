using Hyper.BlindRelay.Internal;
using Hyper.Encoding;
using Hyper.Mux;
using TestKit;

namespace Hyper.BlindRelay.Tests;

public sealed class BlindRelayClientTests
{
    private static readonly Bytes32 _key = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());
    private static readonly Bytes32 _token = new(Enumerable.Repeat((byte)7, 32).ToArray());

    [Fact]
    public void PairAsync_vector_frames_are_what_leaves()
    {
        var vector = Assert.Single(MessageCodecTests.Vectors("client frames"));
        var expected = vector.GetProperty("writes").EnumerateArray().Select(hex => hex.GetString()).ToArray();
        Run(
            (client, relay, written) =>
            {
                _ = client.PairAsync(isInitiator: true, _token, streamId: 99);
                Assert.Equal(expected, written.Select(Convert.ToHexStringLower));
                return Task.CompletedTask;
            }
        );
    }

    /// <summary>The two ends of a connection that hyperdht 6.27.0 made over a relay; the client has named it.</summary>
    [Theory]
    [InlineData("client", true)]
    [InlineData("server", false)]
    public void Recorded_frames_of_both_ends_are_what_leaves_and_the_recorded_answer_joins_them(
        string who,
        bool isInitiator
    )
    {
        var session = RecordedSession.Load();
        var frames = session.Frames($"{who}->");
        // The first opens the channel, whose id is the end's key.
        var key = frames[0][^(2 * Bytes32.Length)..];
        var answer = Convert.FromHexString(session.Frames($"relay->{key[..4]}")[1]).AsMemory(2);
        var join = session.Join(isInitiator);
        Run(
            async (client, relay, written) =>
            {
                var pairing = client.PairAsync(isInitiator, join.Token, join.RemoteId);
                Assert.Equal(frames[..2], written.Select(Convert.ToHexStringLower));
                Assert.True(PairMessageCodec.TryRead(answer.Span, out var message));
                Assert.Equal(answer, PairMessageCodec.Encode(message));
                relay.Answer(message);
                Assert.Equal(join.LocalId, await pairing);
            },
            Bytes32.FromHex(key)
        );
    }

    [Fact]
    public void PairAsync_is_settled_by_the_answer_to_this_end_only() =>
        Run(
            async (client, relay, _) =>
            {
                var pairing = client.PairAsync(isInitiator: true, _token, streamId: 99);
                relay.Answer(new PairMessage(IsInitiator: false, _token, 5));
                relay.Answer(new PairMessage(IsInitiator: true, _key, 6));
                relay.Answer(new PairMessage(IsInitiator: true, _token, 7));
                relay.Answer(new PairMessage(IsInitiator: true, _token, 8));
                Assert.Equal(7u, await pairing);
                Assert.Equal(0, client.Pending);
                Assert.False(client.IsClosed);
            }
        );

    [Fact]
    public void PairAsync_of_a_token_that_waits_is_refused() =>
        Run(
            async (client, relay, written) =>
            {
                _ = client.PairAsync(isInitiator: true, _token, streamId: 99);
                var error = await Assert.ThrowsAsync<BlindRelayException>(() =>
                    client.PairAsync(isInitiator: false, _token, streamId: 98)
                );
                Assert.Equal(BlindRelayErrorCode.AlreadyPairing, error.Code);
            }
        );

    [Fact]
    public void PairAsync_cancelled_tells_the_relay() =>
        Run(
            async (client, relay, written) =>
            {
                using var patience = new CancellationTokenSource();
                var pairing = client.PairAsync(isInitiator: true, _token, 99, patience.Token);
                Cancel(patience);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pairing);
                Assert.Equal(0, client.Pending);
                Assert.Equal(UnpairMessageCodec.Encode(_token), written[^1].AsSpan(2).ToArray());
                // Too late: nobody waits any more.
                relay.Answer(new PairMessage(IsInitiator: true, _token, 7));
            }
        );

    [Fact]
    public void Unpair_fails_what_waits() =>
        Run(
            async (client, _, written) =>
            {
                var pairing = client.PairAsync(isInitiator: true, _token, 99);
                client.Unpair(_token);
                var error = await Assert.ThrowsAsync<BlindRelayException>(() => pairing);
                Assert.Equal(BlindRelayErrorCode.PairingCancelled, error.Code);
                Assert.Equal(UnpairMessageCodec.Encode(_token), written[^1].AsSpan(2).ToArray());
            }
        );

    [Theory]
    [InlineData(true, BlindRelayErrorCode.ChannelClosed)]
    [InlineData(false, BlindRelayErrorCode.ChannelDestroyed)]
    public void Close_of_the_channel_fails_what_waits(bool isByRelay, string code) =>
        Run(
            async (client, relay, _) =>
            {
                var pairing = client.PairAsync(isInitiator: true, _token, 99);
                if (isByRelay)
                    relay.Channel.Close();
                else
                    client.Close();
                var error = await Assert.ThrowsAsync<BlindRelayException>(() => pairing);
                Assert.Equal(code, error.Code);
                error = await Assert.ThrowsAsync<BlindRelayException>(() =>
                    client.PairAsync(isInitiator: true, _token, 99)
                );
                Assert.Equal(code, error.Code);
            }
        );

    [Fact]
    public void An_answer_that_cannot_be_read_costs_the_channel() =>
        Run(
            async (client, relay, _) =>
            {
                var pairing = client.PairAsync(isInitiator: true, _token, 99);
                relay.Pair.Send([1, 2, 3]);
                var error = await Assert.ThrowsAsync<BlindRelayException>(() => pairing);
                Assert.True(client.IsClosed);
            }
        );

    [Fact]
    public void A_relay_that_does_not_relay_rejects_the_channel()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var (left, right) = MessagePipe.Create(host);
            _ = new Protomux(right);
            var client = new BlindRelayClient(new Protomux(left), _key);
            var error = await Assert.ThrowsAsync<BlindRelayException>(() => client.PairAsync(true, _token, 1));
            Assert.Equal(BlindRelayErrorCode.ChannelClosed, error.Code);
        });
    }

    /// <summary>Here and now, not on another thread.</summary>
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private static void Run(Func<BlindRelayClient, FakeRelay, List<byte[]>, Task> body, Bytes32? publicKey = null)
    {
        var key = publicKey ?? _key;
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        world.Run(async () =>
        {
            var (left, right) = MessagePipe.Create(host);
            left.Written = [];
            var relay = new FakeRelay(new Protomux(right), key);
            var client = new BlindRelayClient(new Protomux(left), key);
            await body(client, relay, left.Written);
        });
    }

    private sealed class FakeRelay
    {
        public FakeRelay(Protomux mux, Bytes32 key)
        {
            Channel = mux.CreateChannel(
                new ChannelOptions { Protocol = BlindRelayProtocol.Name, Id = key.Span.ToArray() }
            )!;
            Pair = Channel.AddMessage((_, _) => { });
            Channel.AddMessage((_, _) => { });
            Channel.Open();
        }

        public MuxChannel Channel { get; }

        public MuxMessage Pair { get; }

        public void Answer(PairMessage message) => Pair.Send(PairMessageCodec.Encode(message));
    }
}
