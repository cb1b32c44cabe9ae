using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Internal.Proof;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

/// <summary>What one peer sends, opens and leaves.</summary>
public sealed class SendingTests
{
    private static readonly SidechannelOptions _options = new() { Channels = ["c1"], WelcomeRequired = false };

    [Fact]
    public void Broadcast_to_nobody_is_sent_to_no_peers()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var sent = await lab.Peer.BroadcastAsync("c1", "x");
            Assert.True(sent.IsSent);
            Assert.Equal(0, sent.Peers);
        });
    }

    [Fact]
    public void Broadcast_is_sealed_so_that_another_peer_takes_it()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var other = new RealPeer(lab.Host, 2, _options);
            var (near, far) = TestKit.MessagePipe.Create(lab.Host);
            lab.Swarm.Add(new PipeConnection(near, Hyper.Encoding.Bytes32.FromHex(other.Sidechannels.PublicKey)));
            other.Swarm.Add(new PipeConnection(far, lab.Identity.PublicKey));
            await lab.SettleAsync();
            var message = new JsObject { ["b"] = 1e21, ["a"] = "ü\n\uD800" };
            var sent = await lab.Peer.BroadcastAsync("c1", message);
            Assert.Equal(1, sent.Peers);
            var opened = await lab.Peer.RequestOpenAsync("c9");
            await lab.SettleAsync();
            Assert.True(opened.IsSent);
            Assert.Equal(SenderCheck.Verified, Assert.Single(other.Delivered).Sender);
            Assert.Equal(sent.Id, other.Delivered[0].Id);
            Assert.Equal("c9", Assert.Single(other.OpenRequests).Channel);
            Assert.Equal(SenderCheck.Verified, other.OpenRequests[0].Request.Sender);
        });
    }

    [Fact]
    public void Open_request_without_credentials_holds_its_proof_over_the_wire()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            await lab.Peer.RequestOpenAsync("newroom");
            await lab.SettleAsync();
            Assert.True(JsJson.TryParse(Assert.Single(partner.Heard).Json, out var payload));
            Assert.True(ProofOfWork.Verify(payload, 12));
            var message = ((JsObject)payload).GetObject("message")!;
            Assert.Equal("{\"control\":\"open_channel\",\"channel\":\"newroom\"}", message.ToString());
        });
    }

    [Fact]
    public void Broadcasts_arrive_in_the_order_of_the_calls()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            var sending = Enumerable.Range(0, 50).Select(i => lab.Peer.BroadcastAsync("c1", $"{i}")).ToList();
            await Task.WhenAll(sending);
            await lab.SettleAsync();
            var heard = partner.Heard.Select(frame =>
            {
                Assert.True(JsJson.TryParse(frame.Json, out var payload));
                return ((JsObject)payload).GetString("message");
            });
            Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), heard);
        });
    }

    [Fact]
    public void Senders_whose_messages_wait_for_their_proofs_take_turns()
    {
        var lab = new SidechannelLab(_options, offloadTime: TimeSpan.FromMilliseconds(1));
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            var (many, few) = (new object(), new object());
            List<Task> sending = [];
            foreach (var text in (string[])["a0", "a1", "a2", "a3", "b0", "b1"])
                sending.Add(lab.Peer.BroadcastAsync("0000intercom", text, sender: text.StartsWith('a') ? many : few));
            sending.Add(lab.Peer.BroadcastAsync("0000intercom", "own"));
            foreach (var one in sending)
                await one;
            await lab.SettleAsync();
            Assert.Equal(["a0", "a1", "b0", "own", "a2", "b1", "a3"], partner.Heard.Select(TextOf));
        });

        static string? TextOf((string Channel, string Json) frame) =>
            JsJson.TryParse(frame.Json, out var payload) ? ((JsObject)payload).GetString("message") : null;
    }

    [Fact]
    public void Broadcast_while_a_channel_opens_follows_when_it_is_open()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            partner.Pipe!.Hold = true;
            Assert.Equal(JoinStatus.Joined, lab.Peer.Join("late"));
            partner.Wanted.Add("late");
            var sent = await lab.Peer.BroadcastAsync("late", "x");
            Assert.Equal((0, 1), (sent.Peers, sent.OpeningPeers));
            partner.Open("late");
            partner.Pipe.Hold = false;
            await lab.SettleAsync();
            Assert.Equal("late", Assert.Single(partner.Heard).Channel);
        });
    }

    [Fact]
    public void Rejected_open_is_tried_again_until_the_other_side_has_joined()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            lab.Peer.Join("late");
            await lab.World.Delay(TimeSpan.FromMilliseconds(450));
            Assert.False(partner.IsOpen("late"));
            // Only takes what is offered: the retry has to come from the peer.
            partner.WaitFor("late");
            await lab.World.Delay(TimeSpan.FromMilliseconds(1100));
            Assert.True(partner.IsOpen("late"));
        });
    }

    [Fact]
    public void Rejected_open_is_given_up_after_five_retries_and_taken_when_the_other_side_opens()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            lab.Peer.Join("late");
            await lab.World.Delay(TimeSpan.FromSeconds(5));
            partner.WaitFor("late");
            await lab.World.Delay(TimeSpan.FromSeconds(5));
            Assert.False(partner.IsOpen("late"));
            partner.Open("late");
            await lab.SettleAsync();
            Assert.True(partner.IsOpen("late"));
        });
    }

    [Fact]
    public void Channel_closed_by_the_other_side_can_be_opened_again_on_the_same_connection()
    {
        var lab = new SidechannelLab(_options with { ProofOfWork = false });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            partner.Close("c1");
            await lab.SettleAsync();
            Assert.Equal(0, (await lab.Peer.BroadcastAsync("c1", "x")).Peers);
            partner.Open("c1");
            await lab.SettleAsync();
            Assert.Equal(1, (await lab.Peer.BroadcastAsync("c1", "y")).Peers);
        });
    }

    [Fact]
    public void Peer_that_reads_late_slows_the_sender_and_loses_nothing()
    {
        var lab = new SidechannelLab(new() { ProofOfWork = false });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            partner.FarEnd!.HighWaterMark = 0;
            const int Count = 30;
            const int Bursts = 2;
            var filler = new string('x', 900_000);
            for (var burst = 0; burst < Bursts; burst++)
            {
                List<Task<BroadcastResult>> sending = [];
                partner.Pipe!.Hold = true;
                for (var i = 0; i < Count; i++)
                    sending.Add(lab.Peer.BroadcastAsync("0000intercom", filler));
                for (var i = 0; i < Count; i++)
                {
                    await lab.World.Delay(PeerLink.Patience / 4);
                    partner.Pipe.Hold = false;
                    await lab.World.Delay(TimeSpan.FromMilliseconds(1));
                    partner.Pipe.Hold = true;
                }
                partner.Pipe.Hold = false;
                foreach (var sent in sending)
                    Assert.Equal(1, (await sent).Peers);
                // Long enough for whatever was left over from waiting.
                await lab.World.Delay(2 * PeerLink.Patience);
            }
            await lab.SettleAsync();
            Assert.Equal(Bursts * Count, partner.Heard.Count);
            Assert.Empty(lab.CountDrops());
        });
    }

    [Fact]
    public void Peer_that_does_not_read_loses_messages_beyond_a_bound()
    {
        var lab = new SidechannelLab(_options with { ProofOfWork = false });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            partner.FarEnd!.HighWaterMark = 0;
            partner.Pipe!.Hold = true;
            var text = new string('x', 900_000);
            var reached = 0;
            for (var i = 0; i < 20; i++)
                reached += (await lab.Peer.BroadcastAsync("c1", text)).Peers;
            Assert.InRange(reached, 1, (PeerLink.MaxUnsentBytes / text.Length) + 1);
            Assert.Equal(20 - reached, lab.CountDrops()[DropReason.SlowPeer]);
            partner.Pipe.Hold = false;
            await lab.SettleAsync();
            Assert.Equal(1, (await lab.Peer.BroadcastAsync("c1", "again")).Peers);
        });
    }

    [Fact]
    public async Task Broadcasts_beyond_the_queue_are_refused_and_stopping_settles_the_others()
    {
        using var loop = new Hyper.Loop.NetworkLoop();
        using var identity = Hyper.Crypto.KeyPair.FromSeed(new byte[32]);
        var statuses = await loop.InvokeAsync(async () =>
        {
            // Such a proof is never found; the first broadcast seeks it, the others wait behind.
            var options = _options with
            {
                ProofOfWorkDifficulty = 64,
                ProofOfWorkLimit = TimeSpan.FromHours(1),
            };
            var peer = new Sidechannels(loop, new FakeSwarm(), identity, options);
            var sending = Enumerable
                .Range(0, Outbox.MaxWaiting + 3)
                .Select(_ => peer.BroadcastAsync("c1", "x"))
                .ToList();
            peer.Dispose();
            return await Task.WhenAll(sending);
        });
        Assert.Equal(2, statuses.Count(sent => sent.Status == BroadcastStatus.Busy));
        Assert.Equal(Outbox.MaxWaiting + 1, statuses.Count(sent => sent.Status == BroadcastStatus.Stopped));
    }

    [Fact]
    public void Broadcast_that_cannot_be_signed_fails_and_the_next_settles_too()
    {
        var lab = new SidechannelLab(_options with { ProofOfWork = false });
        lab.Run(async () =>
        {
            lab.Identity.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => lab.Peer.BroadcastAsync("c1", "x"));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => lab.Peer.BroadcastAsync("c1", "y"));
        });
    }

    [Fact]
    public void Leave_closes_the_channel_leaves_the_topic_and_spares_the_entry_channel()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            Assert.Contains(SidechannelNames.ToTopic("c1"), lab.Swarm.Topics);
            Assert.True(lab.Peer.Leave(" c1 "));
            Assert.False(lab.Peer.Leave("c1"));
            Assert.False(lab.Peer.Leave("0000intercom"));
            await lab.SettleAsync();
            Assert.False(partner.IsOpen("c1"));
            Assert.DoesNotContain(SidechannelNames.ToTopic("c1"), lab.Swarm.Topics);
            Assert.Equal(["0000intercom"], lab.Peer.Channels);
        });
    }

    [Fact]
    public void Dispose_closes_channels_and_settles_what_waits()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            lab.Peer.Dispose();
            await lab.SettleAsync();
            Assert.False(partner.IsOpen("c1"));
            Assert.Empty(lab.Swarm.Topics);
            Assert.Equal(BroadcastStatus.Stopped, (await lab.Peer.BroadcastAsync("c1", "x")).Status);
        });
    }

    [Fact]
    public void Join_beyond_the_limits_is_refused()
    {
        var lab = new SidechannelLab(
            _options with
            {
                MaxChannels = 4,
                AutoJoinOnOpen = true,
                MaxAutoJoinedChannels = 1,
                ProofOfWork = false,
            }
        );
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "0000intercom");
            foreach (var target in (string[])["a1", "a2"])
            {
                var control = new JsObject { ["control"] = "open_channel", ["channel"] = target };
                partner.Say("0000intercom", SidechannelLab.Sign(partner, "0000intercom", control, target));
            }
            await lab.SettleAsync();
            Assert.Equal(
                [JoinStatus.Joined, JoinStatus.TooManyChannels],
                lab.OpenRequests.Select(request => request.Join!.Value)
            );
            Assert.Equal(JoinStatus.Joined, lab.Peer.Join("b1"));
            Assert.Equal(JoinStatus.TooManyChannels, lab.Peer.Join("b2"));
            Assert.Equal(BroadcastStatus.TooManyChannels, (await lab.Peer.BroadcastAsync("b2", "x")).Status);
        });
    }

    [Fact]
    public void Call_from_another_thread_is_refused()
    {
        var lab = new SidechannelLab(_options);
        lab.Run(() => Task.CompletedTask);
        Assert.Throws<InvalidOperationException>(() => lab.Peer.Join("c2"));
    }
}
