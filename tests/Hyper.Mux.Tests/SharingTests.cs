using Hyper.Loop;
using TestKit;

namespace Hyper.Mux.Tests;

/// <summary>Several protocols, and several users, on one mux.</summary>
public sealed class SharingTests
{
    [Fact]
    public void From_gives_everybody_the_mux_of_the_stream() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = Protomux.From(stream);
            Assert.Same(mux, Protomux.From(stream));
            Assert.Same(mux, stream.UserData);
            Assert.True(mux.CreateChannel(new ChannelOptions { Protocol = "corestore" })!.Open());
            Assert.True(Protomux.From(stream).Opened("corestore"));
        });

    [Fact]
    public void Mux_leaves_the_user_data_of_another_alone() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host) { UserData = "mine" };
            _ = new Protomux(stream);
            Assert.Equal("mine", stream.UserData);
        });

    [Fact]
    public void Channels_are_found_by_key_and_alias_and_walked_in_order() =>
        InWorld.Run(host =>
        {
            byte[] id = [1, 2, 3];
            var mux = new Protomux(new ScriptedStream(host));
            var core = mux.CreateChannel(
                new ChannelOptions
                {
                    Protocol = "hypercore/alpha",
                    Aliases = ["hypercore"],
                    Id = id,
                    UserData = "core",
                }
            )!;
            Assert.False(mux.Opened("hypercore/alpha", id));
            core.Open();
            var store = mux.CreateChannel(new ChannelOptions { Protocol = "corestore" })!;
            store.Open();
            Assert.True(mux.Opened("hypercore", id));
            Assert.Same(core, mux.GetLastChannel("hypercore/alpha", id));
            Assert.Same(core, mux.GetLastChannel("hypercore", id));
            Assert.Null(mux.GetLastChannel("hypercore"));
            Assert.Null(mux.CreateChannel(new ChannelOptions { Protocol = "hypercore", Id = id }));
            Assert.Equal([core, store], mux.Channels);
            Assert.Equal("core", mux.Channels.First().UserData);
            core.Close();
            Assert.Null(mux.GetLastChannel("hypercore", id));
            Assert.Equal([store], mux.Channels);
        });

    [Fact]
    public void Channel_opens_under_its_alias_on_the_side_that_came_later() =>
        InWorld.Run(
            async (host, world) =>
            {
                var (left, right) = MessagePipe.Create(host);
                var (a, b) = (new Protomux(left), new Protomux(right));
                var events = new List<string>();
                Open(a, "hypercore/alpha", "hypercore");
                Open(b, "hypercore", "hypercore/alpha");
                await world.Settle();
                Assert.Equal(
                    ["hypercore/alpha onopen ", "hypercore onopen "],
                    events.Order(StringComparer.Ordinal).Reverse()
                );

                void Open(Protomux mux, string protocol, string alias) =>
                    mux.CreateChannel(
                                new ChannelOptions
                                {
                                    Protocol = protocol,
                                    Aliases = [alias],
                                    Handler = new RecordingHandler(protocol, events),
                                }
                            )!
                        .Open();
            }
        );

    [Fact]
    public void Pauses_of_several_users_nest_with_the_own_one() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.PauseReading();
                mux.PauseReading();
                Assert.Equal(["PAUSE"], stream.Flow);
                mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
                stream.Receive(Frames.Open(1, "foo"));
                stream.Receive([1, 0, .. new byte[40_000]]);
                mux.ResumeReading();
                mux.ResumeReading();
                Assert.Throws<InvalidOperationException>(mux.ResumeReading);
                Assert.Equal(["PAUSE"], stream.Flow);
                await world.Delay(TimeSpan.FromSeconds(31));
                Assert.Equal(["PAUSE", "RESUME"], stream.Flow);
                Assert.Throws<InvalidOperationException>(mux.ResumeReading);
            }
        );

    [Fact]
    public void Sender_hears_of_a_paused_reader_and_its_queue_stays_bounded() =>
        InWorld.Run(
            async (host, world) =>
            {
                const int Total = 5000;
                var (left, right) = MessagePipe.Create(host);
                left.HighWaterMark = 100;
                var (a, b) = (new Protomux(left), new Protomux(right));
                var (sent, received) = (0, 0);
                b.CreateChannel(new ChannelOptions { Protocol = "p", Messages = [(_, _) => received++] })!.Open();
                var pump = new Pump();
                var channel = a.CreateChannel(
                    new ChannelOptions
                    {
                        Protocol = "p",
                        Messages = [null],
                        Handler = pump,
                    }
                )!;
                channel.Open();
                await world.Settle();
                b.PauseReading();
                pump.Action = () =>
                {
                    while (sent++ < Total && channel.Messages[0].Send([1])) { }
                };
                pump.Action();
                await world.Delay(TimeSpan.FromMinutes(1));
                Assert.Equal(0, received);
                Assert.Equal(101, sent);
                Assert.False(channel.Drained);
                b.ResumeReading();
                while (received < Total)
                    await world.Settle();
                Assert.True(channel.Drained);
            }
        );

    private sealed class Pump : IMuxChannelHandler
    {
        public Action? Action { get; set; }

        public void OnDrain(MuxChannel channel) => Action?.Invoke();
    }
}
