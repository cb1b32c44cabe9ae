using Hyper.Core.Internal;
using Hyper.Core.Tests.Replication;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using TestKit;

namespace Hyper.Core.Tests.Wakeup;

/// <summary>Two sides of the wakeup protocol over a connection in memory, on virtual time.</summary>
public sealed class WakeupTests
{
    private static readonly TimeSpan _aMoment = TimeSpan.FromMilliseconds(1);
    private static readonly Bytes32 _key = Fill(1);

    [Fact]
    public void Peers_that_know_a_key_meet_ask_and_tell() =>
        InWorld.Run(async loop =>
        {
            var (a, b, _) = Connect(loop);
            var heard = new WakeupLog();
            var asked = new WakeupLog { Answer = [new(Fill(8), 3), new(Fill(9), 70_000)] };
            using var first = a.OpenSession(_key, heard);
            // Before anybody has answered.
            first.BroadcastLookup(Fill(5));
            using var second = b.OpenSession(_key, asked, isActive: false);
            await Settle(loop);
            Assert.Equal(["added", "active", "lookup 05"], asked.Lines);
            Assert.Equal(["added", "announce 08 3", "announce 09 70000"], heard.Lines);
            Assert.True(second.Peers.Single().Lookup());
            await Settle(loop);
            Assert.Equal("lookup -", heard.Lines[^1]);
            Assert.Equal((0, 0), (a.Refused, b.Refused));
        });

    [Fact]
    public void Activity_of_the_first_and_last_active_session_is_told() =>
        InWorld.Run(async loop =>
        {
            var (a, b, _) = Connect(loop);
            var log = new WakeupLog();
            using var watching = b.OpenSession(_key, log, isActive: false);
            using var first = a.OpenSession(_key, new WakeupLog(), isActive: false);
            using var second = a.OpenSession(_key, new WakeupLog(), isActive: false);
            await Settle(loop);
            Assert.Equal(["added"], Take(log));
            first.Activate();
            second.Activate();
            await Settle(loop);
            Assert.Equal(["active"], Take(log));
            first.Deactivate();
            await Settle(loop);
            Assert.Empty(Take(log));
            second.Dispose();
            await Settle(loop);
            Assert.Equal(["inactive"], Take(log));
            Assert.Throws<ObjectDisposedException>(second.Activate);
        });

    [Fact]
    public void Connections_that_come_later_are_opened_by_who_is_active() =>
        InWorld.Run(async loop =>
        {
            var (a, b) = (new ProtomuxWakeup(loop), new ProtomuxWakeup(loop));
            var (quiet, log) = (new WakeupLog(), new WakeupLog());
            using var idle = a.OpenSession(_key, quiet, isActive: false);
            using var also = b.OpenSession(_key, log, isActive: false);
            Join(loop, a, b);
            await Settle(loop);
            Assert.Empty(log.Lines);
            also.Activate();
            await Settle(loop);
            Assert.Equal(["added"], log.Lines);
            Assert.Equal(["added", "active"], quiet.Lines);
        });

    [Fact]
    public void Topic_that_nobody_has_is_rejected_unless_a_session_is_opened_when_asked() =>
        InWorld.Run(async loop =>
        {
            var asked = new List<Bytes32>();
            var log = new WakeupLog();
            WakeupSession? opened = null;
            ProtomuxWakeup? b = null;
            b = new ProtomuxWakeup(
                loop,
                async id =>
                {
                    asked.Add(id);
                    await Task.Yield();
                    if (id == Crypto.DiscoveryKey.From(_key))
                        opened = b!.OpenSession(_key, log);
                }
            );
            var a = new ProtomuxWakeup(loop);
            Join(loop, a, b);
            var (known, unknown) = (new WakeupLog(), new WakeupLog());
            using var first = a.OpenSession(_key, known);
            using var other = a.OpenSession(Fill(2), unknown);
            await Settle(loop);
            Assert.Equal([first.DiscoveryKey, other.DiscoveryKey], asked);
            Assert.Equal(["added", "active"], known.Lines);
            Assert.Equal(["added", "active"], log.Lines);
            Assert.Empty(unknown.Lines);
            Assert.Empty(other.Peers);
            opened!.Dispose();
        });

    [Fact]
    public void Peer_that_does_not_know_the_key_is_not_met_and_keeps_its_connection() =>
        InWorld.Run(async loop =>
        {
            var (a, b, pipe) = Connect(loop);
            var (right, wrong) = (new WakeupLog(), new WakeupLog());
            var id = Crypto.DiscoveryKey.From(_key);
            using var session = a.OpenSession(_key, right);
            using var guess = b.OpenSession(Fill(2), wrong, discoveryKey: id);
            guess.BroadcastLookup();
            await Settle(loop);
            Assert.Empty(right.Lines);
            Assert.Empty(wrong.Lines);
            Assert.False(pipe.IsClosed);
            Assert.InRange(a.Refused, 1, 1);
        });

    [Fact]
    public void Channel_stays_a_moment_after_the_last_session_and_then_goes() =>
        InWorld.Run(async loop =>
        {
            var (a, b, _) = Connect(loop);
            var log = new WakeupLog();
            using var watching = b.OpenSession(_key, log);
            a.OpenSession(_key, new WakeupLog()).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(9), loop.Time);
            Assert.Equal(["added", "inactive"], Take(log).Where(line => line != "active"));
            var again = a.OpenSession(_key, new WakeupLog());
            await Task.Delay(TimeSpan.FromSeconds(20), loop.Time);
            Assert.Equal(["active"], Take(log));
            again.Dispose();
            await Task.Delay(TimeSpan.FromSeconds(11), loop.Time);
            Assert.Equal(["inactive", "removed"], Take(log));
            Assert.Empty(watching.Peers);
        });

    [Fact]
    public void End_of_a_connection_takes_its_peers_with_it() =>
        InWorld.Run(async loop =>
        {
            var (a, b, pipe) = Connect(loop);
            var log = new WakeupLog();
            using var session = a.OpenSession(_key, log);
            using var other = b.OpenSession(_key, new WakeupLog());
            await Settle(loop);
            Take(log);
            pipe.Destroy();
            await Settle(loop);
            Assert.Equal(["inactive", "removed"], log.Lines);
            Assert.Empty(session.Peers);
        });

    [Theory]
    [InlineData(0, "01")]
    [InlineData(0, "")]
    [InlineData(1, "01")]
    [InlineData(1, "fe01000100")]
    [InlineData(2, "")]
    public void Message_that_does_not_decode_costs_the_connection(int type, string hex) =>
        InWorld.Run(async loop =>
        {
            var connection = Connection.Between(loop);
            var wakeup = new ProtomuxWakeup(loop);
            wakeup.Add(new KeyedConnection(connection.A.Mux, isInitiator: true, Connection.HandshakeHash));
            using var session = wakeup.OpenSession(_key, new WakeupLog());
            var channel = connection.B.Mux.CreateChannel(
                new ChannelOptions
                {
                    Protocol = ProtomuxWakeup.Protocol,
                    Id = session.DiscoveryKey.ToArray(),
                    Messages = new MuxMessageHandler?[3],
                }
            )!;
            var capability = WakeupTopic.ComputeCapability(_key, isInitiator: false, Connection.HandshakeHash);
            channel.Open([0, .. capability.ToArray(), 1]);
            await Settle(loop);
            Assert.Single(session.Peers);
            channel.Messages[type].Send(Convert.FromHexString(hex));
            await Settle(loop);
            Assert.True(connection.PipeB.IsClosed);
            Assert.Equal(1, wakeup.Refused);
            Assert.Empty(session.Peers);
        });

    [Fact]
    public void Dispose_closes_the_channels_and_leaves_the_connection() =>
        InWorld.Run(async loop =>
        {
            var (a, b, pipe) = Connect(loop);
            var log = new WakeupLog();
            using var session = b.OpenSession(_key, log);
            a.OpenSession(_key, new WakeupLog());
            await Settle(loop);
            a.Dispose();
            await Settle(loop);
            Assert.Equal(["added", "active", "inactive", "removed"], log.Lines);
            Assert.False(pipe.IsClosed);
            Assert.Throws<ObjectDisposedException>(() => a.OpenSession(_key, log));
        });

    private static (ProtomuxWakeup A, ProtomuxWakeup B, MessagePipe Pipe) Connect(EventLoop loop)
    {
        var (a, b) = (new ProtomuxWakeup(loop), new ProtomuxWakeup(loop));
        return (a, b, Join(loop, a, b));
    }

    private static MessagePipe Join(EventLoop loop, ProtomuxWakeup a, ProtomuxWakeup b)
    {
        var connection = Connection.Between(loop);
        a.Add(new KeyedConnection(connection.A.Mux, isInitiator: true, Connection.HandshakeHash));
        b.Add(new KeyedConnection(connection.B.Mux, isInitiator: false, Connection.HandshakeHash));
        return connection.PipeA;
    }

    private static Task Settle(EventLoop loop) => Task.Delay(_aMoment, loop.Time);

    private static string[] Take(WakeupLog log)
    {
        string[] lines = [.. log.Lines];
        log.Lines.Clear();
        return lines;
    }

    private static Bytes32 Fill(byte value) => new([.. Enumerable.Repeat(value, Bytes32.Length)]);
}
