using System.Buffers.Binary;
using TestKit;

namespace Hyper.Mux.Tests;

/// <summary>As many channels, and as large messages, as replication makes.</summary>
public sealed class ScaleTests
{
    private const int Channels = 10_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_thousand_channels_open_under_two_names_and_carry_messages(bool corked) =>
        InWorld.Run(
            async (host, world) =>
            {
                var (left, right) = MessagePipe.Create(host);
                var (a, b) = (new Protomux(left), new Protomux(right));
                var received = new int[Channels];
                b.Pair(
                    "hypercore/alpha",
                    async (mux, id) =>
                    {
                        // As one that looks the core up first.
                        await world.Delay(TimeSpan.FromMilliseconds(1));
                        var index = BinaryPrimitives.ReadInt32LittleEndian(id.Span);
                        var options = Core(index) with { Messages = [(_, _) => received[index]++] };
                        Assert.True(mux.CreateChannel(options)!.Open());
                    }
                );
                if (corked)
                    a.Cork();
                var channels = new MuxChannel[Channels];
                for (var i = 0; i < Channels; i++)
                {
                    channels[i] = a.CreateChannel(Core(i) with { Messages = [null] })!;
                    Assert.True(channels[i].Open());
                }
                if (corked)
                    a.Uncork();
                while (channels.Any(channel => channel.State == MuxChannelState.Opening))
                    await world.Settle();
                Assert.All(channels, channel => Assert.Equal(MuxChannelState.Open, channel.State));
                for (var round = 0; round < 10; round++)
                {
                    foreach (var channel in channels)
                        channel.Messages[0].Send([1, 2, 3]);
                }
                await world.Settle();
                Assert.All(received, count => Assert.Equal(10, count));
                Assert.Equal(Channels, b.Channels.Count());
                foreach (var channel in channels)
                    channel.Close();
                await world.Settle();
                Assert.True(a.IsIdle && b.IsIdle);
                Assert.Equal(0, a.GroupCount + b.GroupCount);
            }
        );

    [Fact]
    public void Messages_of_fifteen_mebibytes_pass_alone_and_in_a_batch() =>
        InWorld.Run(
            async (host, world) =>
            {
                const int Bytes = 15 * 1024 * 1024;
                var (left, right) = MessagePipe.Create(host);
                var (a, b) = (new Protomux(left), new Protomux(right));
                var lengths = new List<int>();
                var options = new ChannelOptions { Protocol = "p", Messages = [(_, m) => lengths.Add(m.Length)] };
                b.CreateChannel(options)!.Open();
                var channel = a.CreateChannel(options)!;
                channel.Open();
                var block = new byte[Bytes];
                channel.Messages[0].Send(block);
                channel.Cork();
                channel.Messages[0].Send([1]);
                channel.Messages[0].Send(block);
                channel.Messages[0].Send(block);
                channel.Uncork();
                await world.Settle();
                Assert.Equal([Bytes, 1, Bytes, Bytes], lengths);
            }
        );

    private static ChannelOptions Core(int index)
    {
        var id = new byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(id, index);
        return new ChannelOptions
        {
            Protocol = "hypercore/alpha",
            Aliases = ["hypercore"],
            Id = id,
        };
    }
}
