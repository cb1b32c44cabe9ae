using TestKit;

namespace Hyper.Mux.Tests;

/// <summary>The recorded session of two reference muxes, played by two of ours on a pipe.</summary>
public sealed class SessionTests
{
    private const string Id = "0101010101010101010101010101010101010101010101010101010101010101";

    [Fact]
    public void Session_of_two_muxes_writes_the_recorded_frames() =>
        InWorld.Run(
            async (host, world) =>
            {
                var (left, right) = MessagePipe.Create(host);
                var (a, b) = (new Protomux(left), new Protomux(right));
                var events = new List<string>();
                var channels = new Dictionary<string, MuxChannel>();
                Action[] steps =
                [
                    () => Open(a, "sidechannel/test", "", ""),
                    () => { },
                    () =>
                    {
                        channels["A two"] = Open(a, "sidechannel/two", "", "");
                        channels["B two"] = Open(b, "sidechannel/two", "", "", new RecordingHandler("B two", events));
                    },
                    () => Send("A two", 0, "117b2268656c6c6f223a22776f726c64227d"),
                    () => Send("B two", 0, "0422686922"),
                    () =>
                    {
                        channels["A alpha"] = Open(a, "hypercore/alpha", Id, "03687341");
                        Open(b, "hypercore/alpha", Id, "03687342", new RecordingHandler("B alpha", events));
                    },
                    () => Send("A alpha", 1, "03616263"),
                    () =>
                    {
                        a.Cork();
                        Send("A two", 0, "0131");
                        Send("A alpha", 1, "027a7a");
                        Send("A two", 0, "0132");
                        a.Uncork();
                    },
                    () => channels["A two"].Close(),
                ];
                var recorded = Vectors.Load("protomux.json").GetProperty("vectors").GetProperty("steps");
                Assert.Equal(steps.Length, recorded.GetArrayLength());
                for (var i = 0; i < steps.Length; i++)
                {
                    (left.Written, right.Written) = ([], []);
                    steps[i]();
                    await world.Settle();
                    Assert.Equal(FramesFrom(recorded[i], "A"), left.Written.Select(Convert.ToHexStringLower));
                    Assert.Equal(FramesFrom(recorded[i], "B"), right.Written.Select(Convert.ToHexStringLower));
                }
                Assert.Equal(
                    [
                        "B two onopen ",
                        "B two msg 0 117b2268656c6c6f223a22776f726c64227d",
                        "B alpha onopen 03687341",
                        "B alpha msg 1 03616263",
                        "B two msg 0 0131",
                        "B alpha msg 1 027a7a",
                        "B two msg 0 0132",
                        "B two onclose remote=true",
                        "B two ondestroy",
                    ],
                    events
                );

                void Send(string channel, int type, string hex) =>
                    channels[channel].Messages[type].Send(Convert.FromHexString(hex));
            }
        );

    private static MuxChannel Open(
        Protomux mux,
        string protocol,
        string id,
        string handshake,
        IMuxChannelHandler? handler = null
    )
    {
        var options = new ChannelOptions
        {
            Protocol = protocol,
            Id = Convert.FromHexString(id),
            Handshake = Convert.FromHexString(handshake),
            Messages = [null, null, null],
            Handler = handler,
        };
        var channel = mux.CreateChannel(options)!;
        Assert.True(channel.Open());
        return channel;
    }

    private static IEnumerable<string> FramesFrom(System.Text.Json.JsonElement step, string side) =>
        step.GetProperty("frames")
            .EnumerateArray()
            .Where(frame => frame.GetProperty("from").GetString() == side)
            .Select(frame => frame.GetProperty("frame_hex").GetString()!);
}
