using Hyper.Dht.Messages;
using Hyper.Dht.Tests.Messages;
using Hyper.Dht.Tests.Simulation;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Serving;

/// <summary>What the reference has ever said, cut off at every length and with every bit turned over, into a node that works.</summary>
public sealed class BrokenVectorTests
{
    private const int Commands = 12;

    /// <summary>Outside the nightly run every so many-th bit of a value, since each goes into every command.</summary>
    private const int UsualStride = 97;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Datagrams_of_the_reference_broken_in_every_way_leave_the_node_working() =>
        Run(
            async (world, server, listener) =>
            {
                var vectors = VectorFile
                    .Load("dht-rpc.json")
                    .GetProperty("vectors")
                    .EnumerateArray()
                    .Select(v => v.Hex());
                var inputs = 0;
                foreach (var datagram in vectors.Concat(RecordedDatagrams()))
                {
                    foreach (var broken in Break(datagram, stride: 1))
                        Feed(broken);
                    await world.World.Delay(TimeSpan.FromMilliseconds(100));
                }
                Assert.True(inputs > 10_000, $"Only {inputs} inputs.");
                Assert.True(server.Rpc.Statistics.Malformed > 1000);
                Assert.True(server.Rpc.Statistics.RequestsReceived > 1000);

                void Feed(byte[] datagram) => server.Receive(datagram, Source(inputs++));
            }
        );

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Values_of_the_reference_broken_in_every_way_and_in_every_command_leave_the_node_working() =>
        Run(
            async (world, server, listener) =>
            {
                var target = HyperDht.GetTarget(listener.PublicKey);
                var token = (await FirstTokenAsync(world, server)).Token;
                var stride = Math.Max(1, UsualStride / FuzzBudget.Rounds(1, atMost: UsualStride));
                var inputs = 0;
                foreach (var (_, _, value) in MessageVectors.All())
                {
                    foreach (var broken in Break(value, stride))
                    {
                        for (uint command = 0; command < Commands; command++)
                            server.Receive(RawRequest.Encode(command, broken, target), Source(inputs++));
                        // With a good token, from where it was given to.
                        var put = RawRequest.Encode(6 + ((uint)inputs % 4), broken, target, token: token);
                        server.Receive(put, world.Nodes[0].Rpc.RemoteAddress!.Value);
                    }
                    await world.World.Delay(TimeSpan.FromMilliseconds(100));
                }
                Assert.True(inputs > 10_000, $"Only {inputs} inputs.");
            },
            isPersistent: true
        );

    /// <summary>All prefixes of a message, and the message with one bit turned over.</summary>
    private static IEnumerable<byte[]> Break(byte[] message, int stride)
    {
        for (var length = 0; length < message.Length; length++)
            yield return message[..length];
        for (var bit = 0; bit < message.Length * 8; bit += stride)
        {
            var flipped = (byte[])message.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return flipped;
        }
        yield return message;
    }

    /// <summary>RPC datagrams of recorded sessions.</summary>
    private static IEnumerable<byte[]> RecordedDatagrams() =>
        VectorFile
            .Load("e2e-punch-hyperdht-6.34.0.json")
            .GetProperty("log")
            .EnumerateArray()
            .Where(entry => entry.GetProperty("ev").GetString() is "req" or "reply")
            .Select(entry => entry.GetProperty("hex").Hex());

    /// <summary>Many networks, so that no limit keeps the inputs out.</summary>
    private static UdpAddress Source(int input) => new(0x0B00_0001u + ((uint)(input % (1 << 16)) << 8), 7);

    private static async Task<Hyper.Dht.Rpc.DhtReply> FirstTokenAsync(SimulatedDht world, HyperDht server)
    {
        var lookup = new Hyper.Dht.Rpc.DhtRequest(HyperDhtCommand.Lookup) { Target = default(Bytes32) };
        var result = await world.Nodes[0].Rpc.RequestAsync(lookup, server.Rpc.RemoteAddress!.Value);
        return result.Reply!;
    }

    private static void Run(Func<SimulatedDht, HyperDht, DhtServer, Task> body, bool isPersistent = false) =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var server = isPersistent ? world.Nodes[2] : await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                await body(world, server, listener);

                await world.World.Delay(TimeSpan.FromSeconds(30));
                Assert.Equal(0, listener.HandshakeCount);
                var peer = await world.CreatePeerAsync(isFirewalled: true);
                var stream = await peer.ConnectAsync(listener.PublicKey);
                Assert.Equal("alive", await Inbox.AskAsync(stream, "alive"));
            },
            deadline: TimeSpan.FromDays(1)
        );
}
