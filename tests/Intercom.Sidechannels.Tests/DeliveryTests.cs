using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal;
using Intercom.Sidechannels.Tests.Lab;
using TestKit;

namespace Intercom.Sidechannels.Tests;

/// <summary>What one peer takes from its neighbours.</summary>
public sealed class DeliveryTests
{
    private static readonly SidechannelOptions _open = new()
    {
        Channels = ["c1"],
        WelcomeRequired = false,
        ProofOfWork = false,
        RateBytesPerSecond = 0,
    };

    [Fact]
    public void Message_signed_by_its_sender_is_delivered_verified()
    {
        var lab = new SidechannelLab(_open);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            partner.Say("c1", SidechannelLab.Sign(partner, "c1", "hello", "id1"));
            await lab.SettleAsync();
            var message = Assert.Single(lab.Delivered);
            Assert.Equal("c1", message.Channel);
            Assert.Equal(SenderCheck.Verified, message.Sender);
            Assert.Equal(partner.Key, message.From);
            Assert.Equal("id1", message.Id);
            Assert.Equal(partner.KeyPair.PublicKey, message.RemotePublicKey);
        });
    }

    [Theory]
    [InlineData("message", "\"other\"")]
    [InlineData("id", "\"id2\"")]
    [InlineData("ts", "1")]
    [InlineData("origin", "null")]
    [InlineData("channel", "\"c2\"")]
    [InlineData("from", "\"0b513ad9b4924015ca0902ed079044d3ac5dbec2306f06948c10da8eb6e39f2d\"")]
    [InlineData("sig", "\"00\"")]
    [InlineData("sig", "null")]
    public void Message_changed_after_signing_is_delivered_unverified(string key, string json)
    {
        var lab = new SidechannelLab(_open);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            var payload = SidechannelLab.Sign(partner, "c1", "hello", "id1");
            Assert.True(JsJson.TryParse(json, out var value));
            payload[key] = value;
            partner.Say("c1", payload);
            await lab.SettleAsync();
            Assert.Equal(SenderCheck.Unverified, Assert.Single(lab.Delivered).Sender);
        });
    }

    [Fact]
    public void Message_carried_to_another_channel_is_not_verified_there()
    {
        var lab = new SidechannelLab(_open with { Channels = ["c1", "c2"] });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1", "c2");
            partner.Say("c2", SidechannelLab.Sign(partner, "c1", "said on c1", "id1"));
            await lab.SettleAsync();
            Assert.Equal(SenderCheck.Unverified, Assert.Single(lab.Delivered).Sender);
        });
    }

    [Fact]
    public void Message_without_checks_is_unchecked()
    {
        var lab = new SidechannelLab(_open with { VerifySenders = false });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            partner.Say("c1", SidechannelLab.Sign(partner, "c1", "hello", "id1"));
            await lab.SettleAsync();
            Assert.Equal(SenderCheck.Unchecked, Assert.Single(lab.Delivered).Sender);
        });
    }

    [Fact]
    public void Frame_at_the_size_limit_is_taken_and_one_byte_more_is_not()
    {
        var lab = new SidechannelLab(_open with { MaxReceivedBytes = 500 });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            // Three bytes of length stand before a text of more than 252.
            partner.SayText("c1", Text(497));
            partner.SayText("c1", Text(498));
            await lab.SettleAsync();
            Assert.Single(lab.Delivered);
            Assert.Equal(1, lab.CountDrops()[DropReason.TooLarge]);
        });
    }

    [Fact]
    public void Malformed_frame_costs_the_channel_and_three_of_them_a_block()
    {
        var lab = new SidechannelLab(_open with { Channels = ["c1", "c2", "c3", "c4"] });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1", "c2", "c3", "c4");
            partner.SayText("c1", "{"u8);
            await lab.SettleAsync();
            Assert.False(partner.IsOpen("c1"));
            partner.Say("c2", SidechannelLab.Sign(partner, "c2", "still here", "id1"));
            await lab.SettleAsync();
            Assert.Single(lab.Delivered);
            partner.SayText("c2", ""u8);
            partner.SayText("c3", [0xFF]);
            await lab.SettleAsync();
            partner.Say("c4", SidechannelLab.Sign(partner, "c4", "blocked", "id2"));
            await lab.SettleAsync();
            Assert.Single(lab.Delivered);
            Assert.Equal(3, lab.CountDrops()[DropReason.Malformed]);
            Assert.Equal(1, lab.CountDrops()[DropReason.Blocked]);
            Assert.True(Assert.Single(lab.Peer.GetStatistics().Peers).IsBlocked);
        });
    }

    [Fact]
    public void Messages_of_a_neighbour_are_delivered_in_their_order()
    {
        var lab = new SidechannelLab(_open);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            for (var i = 0; i < 200; i++)
                partner.Say("c1", SidechannelLab.Sign(partner, "c1", i, $"id{i}"));
            await lab.SettleAsync();
            Assert.Equal(
                Enumerable.Range(0, 200),
                lab.Delivered.Select(message => (int)((JsNumber)message.Message!).Value)
            );
        });
    }

    [Fact]
    public void Handler_that_throws_costs_neither_the_message_nor_the_connection()
    {
        var lab = new SidechannelLab(_open);
        var delivered = 0;
        Assert.ThrowsAny<Exception>(() =>
            lab.Run(async () =>
            {
                lab.Peer.MessageReceived += _ => throw new InvalidOperationException("a user's fault");
                lab.Peer.MessageReceived += _ => delivered++;
                var first = await lab.ConnectAsync(11, "c1");
                var second = await lab.ConnectAsync(12, "c1");
                first.Say("c1", SidechannelLab.Sign(first, "c1", "hello", "id1"));
                await lab.SettleAsync();
                Assert.Single(second.Heard);
                Assert.True(first.IsOpen("c1"));
            })
        );
        // The run ends with a complaint because the fault was logged as an error.
        Assert.Single(lab.Log.Errors);
        Assert.Single(lab.Delivered);
        Assert.Equal(1, delivered);
    }

    [Fact]
    public void Flood_pauses_the_connection_and_loses_nothing()
    {
        var lab = new SidechannelLab(_open, offloadTime: TimeSpan.FromMilliseconds(5));
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            const int Count = 5 * InboundQueue.PauseFrames;
            for (var i = 0; i < Count; i++)
                partner.Say("c1", SidechannelLab.Sign(partner, "c1", i, $"id{i}", ttl: 0));
            await lab.World.Delay(TimeSpan.FromMilliseconds(1));
            Assert.True(partner.FarEnd!.IsPaused);
            // It was paused when that many were there; the first batch of them is being judged.
            const int Waiting = InboundQueue.PauseFrames - InboundQueue.BatchFrames;
            Assert.Equal(Waiting, Assert.Single(lab.Peer.GetStatistics().Peers).WaitingFrames);
            await lab.World.Delay(TimeSpan.FromSeconds(5));
            Assert.False(partner.FarEnd.IsPaused);
            Assert.Equal(
                Enumerable.Range(0, Count).Select(i => $"id{i}"),
                lab.Delivered.Select(message => message.Id!)
            );
        });
    }

    [Fact]
    public void Flood_over_a_connection_that_does_not_pause_is_bounded()
    {
        var lab = new SidechannelLab(_open, offloadTime: TimeSpan.FromMilliseconds(5));
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            partner.FarEnd!.IgnoresPause = true;
            const int Count = 3 * InboundQueue.MaxFrames;
            for (var i = 0; i < Count; i++)
                partner.Say("c1", SidechannelLab.Sign(partner, "c1", i, $"id{i}", ttl: 0));
            await lab.World.Delay(TimeSpan.FromSeconds(5));
            var dropped = lab.CountDrops()[DropReason.Backlog];
            Assert.InRange(dropped, Count - InboundQueue.MaxFrames - 64, Count - InboundQueue.MaxFrames);
            Assert.Equal(Count - dropped, lab.Delivered.Count);
        });
    }

    [Fact]
    public void Connection_that_closes_while_its_frames_are_judged_delivers_nothing_more()
    {
        var lab = new SidechannelLab(_open, offloadTime: TimeSpan.FromMilliseconds(5));
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            for (var i = 0; i < 100; i++)
                partner.Say("c1", SidechannelLab.Sign(partner, "c1", i, $"id{i}"));
            await lab.World.Delay(TimeSpan.FromMilliseconds(2));
            partner.Disconnect();
            await lab.World.Delay(TimeSpan.FromSeconds(1));
            Assert.Empty(lab.Delivered);
            Assert.Equal(0, lab.Peer.ConnectionCount);
        });
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Random_and_mutated_frames_never_throw()
    {
        var random = TestSeed.NewRandom();
        var lab = new SidechannelLab(_open with { MaxStrikes = int.MaxValue, ProofOfWork = true });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            var control = new JsObject
            {
                ["control"] = "open_channel",
                ["channel"] = "x",
                ["invite"] = new JsObject
                {
                    ["payload"] = new JsObject { ["issuedAt"] = "5" },
                    ["sig"] = new string('0', 128),
                },
            };
            var seeds = (byte[][])
                [
                    JsJson.StringifyToUtf8(SidechannelLab.Sign(partner, "c1", "hello", "id1")),
                    JsJson.StringifyToUtf8(SidechannelLab.Sign(partner, "c1", control, "id2")),
                ];
            var inputs = FuzzBudget.Inputs();
            for (var i = 0; i < inputs; i++)
            {
                var text = seeds[i % 2].ToArray();
                for (var flips = random.Next(4); flips >= 0; flips--)
                    text[random.Next(text.Length)] = (byte)random.Next(256);
                if (i % 5 == 0)
                    random.NextBytes(text);
                partner.SayText("c1", text.AsSpan(0, random.Next(text.Length + 1)));
                await lab.SettleAsync();
                // A frame that is no JSON costs the channel.
                if (partner.IsOpen("c1"))
                    continue;
                partner.Open("c1");
                await lab.SettleAsync();
            }
        });
    }

    [Fact]
    public void Every_truncation_of_a_recorded_payload_is_survived()
    {
        var lab = new SidechannelLab(_open with { MaxStrikes = int.MaxValue });
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            foreach (var vector in Vectors.Load("sidechannel.json").GetObject("vectors")!.GetArray("payloads")!)
            {
                var wire = Convert.FromHexString(((JsObject)vector).GetString("wire_hex")!);
                for (var length = 0; length < wire.Length; length++)
                {
                    partner.SayText("c1", wire.AsSpan(0, length));
                    await lab.SettleAsync();
                    partner.Open("c1");
                    await lab.SettleAsync();
                }
            }
            Assert.Empty(lab.Delivered);
        });
    }

    private static byte[] Text(int bytes)
    {
        var payload = new JsObject { ["id"] = $"{bytes}", ["message"] = "" };
        payload["message"] = new string('x', bytes - JsJson.GetUtf8Length(payload));
        return JsJson.StringifyToUtf8(payload);
    }
}
