using System.Globalization;
using System.Text.RegularExpressions;
using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>Does one recorded stimulus: a frame of a partner, a request of a bridge client, a pause.</summary>
internal sealed partial class ReplayStep(
    SidechannelLab lab,
    Dictionary<string, Partner> partners,
    JsObject recorded,
    JsObject stimulus,
    JsObject observed
)
{
    private string Id => recorded.GetString("id")!;

    /// <summary>Whether the step is many frames at once, of which only the count was recorded.</summary>
    public bool IsBulk { get; private set; }

    /// <summary>Does it; the reply to a bridge request, else null.</summary>
    public async Task<JsObject?> DoAsync()
    {
        if (stimulus.GetObject("bridge") is { } request)
            return await RequestAsync(request);
        if (stimulus.GetNumber("wait_ms") is { } milliseconds)
            await lab.World.Delay(TimeSpan.FromMilliseconds(milliseconds));
        else if (stimulus.GetString("reconnect") is { } name)
            await ReconnectAsync(partners[name]);
        else if (stimulus.GetArray("open") is { } channels)
            Open(partners[stimulus.GetString("at")!], channels);
        else if (stimulus.GetString("by") is { } by)
            Say(partners[by], stimulus.GetString("on")!);
        else
            return await ImprovisedAsync();
        return null;
    }

    private void Say(Partner partner, string channel)
    {
        if (stimulus["payload"] is { } payload)
            partner.Say(channel, payload);
        else if (stimulus.GetString("text") is { } text)
            partner.SayText(channel, TextEncoding.UTF8.GetBytes(text));
        else if (stimulus.ContainsKey("text_generated"))
            partner.SayText(channel, TextEncoding.UTF8.GetBytes(Nested(partner, channel)));
        else
            partner.Say(channel, Padded(partner, channel, (int)stimulus.GetNumber("bytes")!));
    }

    /// <summary>A payload whose JSON has exactly so many bytes; the recorded event tells its id.</summary>
    private JsObject Padded(Partner partner, string channel, int bytes)
    {
        var known = observed.GetArray("bridge_events") is { Count: > 0 } events ? (JsObject)events[0] : null;
        var payload = new JsObject
        {
            ["type"] = "sidechannel",
            ["id"] = known?.GetString("id") ?? $"{partner.Key}:{Id}",
            ["channel"] = channel,
            ["from"] = partner.Key,
            ["origin"] = partner.Key,
            ["message"] = "",
            ["ts"] = 1_790_000_000_000,
            ["ttl"] = 3,
        };
        if (known?["sig"] is JsString signature)
            payload["sig"] = signature;
        var filler = Id.StartsWith("size", StringComparison.Ordinal) ? 'z' : 'x';
        payload["message"] = new string(filler, bytes - JsJson.GetUtf8Length(payload));
        return payload;
    }

    private string Nested(Partner partner, string channel)
    {
        var depth = int.Parse(
            Digits().Matches(stimulus.GetString("about") ?? recorded.GetString("about")!)[0].Value,
            CultureInfo.InvariantCulture
        );
        var message = new string('[', depth) + new string(']', depth);
        return $"{{\"type\":\"sidechannel\",\"id\":\"{Id}\",\"channel\":\"{channel}\",\"from\":\"{partner.Key}\","
            + $"\"message\":{message},\"ts\":1,\"ttl\":3,\"pow\":{{\"nonce\":1,\"difficulty\":12}}}}";
    }

    /// <summary>A share outlives the connection, so it gets the time to fill where the case is about another thing.</summary>
    private async Task ReconnectAsync(Partner partner)
    {
        partner.Disconnect();
        var fill = lab.Options.RateBytesPerSecond > 0 ? lab.Options.RateBurstBytes / lab.Options.RateBytesPerSecond : 0;
        if (Id != "rate-reconnect-clears")
            await lab.World.Delay(TimeSpan.FromSeconds(fill + 1));
        await lab.SettleAsync();
        partner.Wanted.UnionWith(stimulus.GetArray("channels")!.Select(channel => ((JsString)channel).Value));
        partner.Connect(lab.Swarm);
        await lab.SettleAsync();
    }

    private static void Open(Partner partner, JsArray channels)
    {
        foreach (var channel in channels)
            partner.Open(((JsString)channel).Value);
    }

    private async Task<JsObject?> RequestAsync(JsObject request)
    {
        var channel = SidechannelNames.Normalize(request.GetString("channel"));
        var invite = CredentialText.TryParse(request["invite"]);
        var welcome = CredentialText.TryParse(request["welcome"]);
        switch (request.GetString("type"))
        {
            case "send":
                return await SendAsync(request, channel, invite, welcome);
            case "join":
                lab.Peer.Accept(channel, invite, welcome);
                return lab.Peer.Join(channel) == JoinStatus.Joined
                    ? Reply("joined", channel)
                    : Error("Join denied (invite required or invalid).");
            case "leave":
                var left = lab.Peer.Leave(channel);
                var reply = Reply("left", channel);
                reply["ok"] = left;
                return reply;
            case "open":
                var via = request.GetString("via");
                var opened = await lab.Peer.RequestOpenAsync(channel, via, invite, welcome);
                if (!opened.IsSent)
                    return Error("Open request denied (invalid input or missing invite/welcome).");
                var requested = Reply("open_requested", channel);
                requested["via"] = via;
                return requested;
            case "cli":
                await RunCommandAsync(request.GetString("command")!);
                return new JsObject { ["type"] = "cli_result" };
            default:
                return null;
        }
    }

    private async Task<JsObject> SendAsync(JsObject request, string channel, JsValue? invite, JsValue? welcome)
    {
        var message = request["message"];
        if (request.GetString("message_generated") is { } generated)
            message = new string(
                generated[1],
                int.Parse(Digits().Matches(generated)[^1].Value, CultureInfo.InvariantCulture)
            );
        if (invite is JsObject given && welcome is not null && !given.ContainsKey("welcome"))
        {
            var combined = new JsObject();
            foreach (var (key, value) in given)
                combined[key] = value;
            combined["welcome"] = welcome;
            invite = combined;
        }
        else if (welcome is not null)
        {
            lab.Peer.Accept(channel, null, welcome);
        }
        var sent = await lab.Peer.BroadcastAsync(channel, message, invite);
        return sent.IsSent ? Reply("sent", channel) : Error("Send denied (invite required or invalid).");
    }

    /// <summary>The commands of the terminal that are about sidechannels.</summary>
    private async Task RunCommandAsync(string command)
    {
        var channel = Argument(command, "channel");
        if (command.StartsWith("/sc_welcome", StringComparison.Ordinal))
            lab.Peer.CreateWelcome(channel, Argument(command, "text"));
        else if (command.StartsWith("/sc_open", StringComparison.Ordinal))
            await lab.Peer.RequestOpenAsync(channel, welcome: lab.Peer.GetWelcome(channel));
        else if (command.StartsWith("/sc_invite", StringComparison.Ordinal))
            lab.Peer.CreateInvite(channel, Argument(command, "pubkey"));
        else
            throw new NotSupportedException(command);
    }

    /// <summary>Stimuli that depended on the time of the recording: the same, with the times of this run.</summary>
    private Task<JsObject?> ImprovisedAsync()
    {
        switch (Id)
        {
            case "inv-by-self" or "invm-self-made":
                var mine = lab.Peer.CreateInvite(Id == "inv-by-self" ? "priv-c" : "priv2", partners["K2"].Key);
                Assert.NotNull(InviteCodec.TryRead(mine));
                if (Id == "invm-self-made")
                    SayAs((JsObject)observed["sent"]!, "priv2", mine);
                break;
            case "inv-by-self-2":
                SayAs((JsObject)observed["sent"]!, "priv-c", lab.Peer.CreateInvite("priv-c", partners["K2"].Key));
                break;
            case "inv-expires-later":
                SayAs((JsObject)observed["sent"]!, "priv-f", Invite("K1", "priv-f", partners["K2"].Key, 2500));
                break;
            case "invj-expired-later":
                lab.Peer.Accept("priv-short", Invite("K1", "priv-short", lab.Peer.PublicKey, 2500), null);
                Assert.Equal(JoinStatus.Joined, lab.Peer.Join("priv-short"));
                break;
            case "relay-copy-from-other":
                break;
            case "dup-evicted-after-5000":
                IsBulk = true;
                for (var i = 0; i < 5000; i++)
                    partners["K1"]
                        .Say(
                            "c1",
                            new JsObject
                            {
                                ["id"] = $"f{i}",
                                ["message"] = "f",
                                ["ttl"] = 0,
                            }
                        );
                break;
            default:
                throw new NotSupportedException(Id);
        }
        return Task.FromResult<JsObject?>(null);
    }

    private void SayAs(JsObject sent, string channel, JsObject invite)
    {
        // What is compared afterwards is what was recorded, so it gets the invite of this run too.
        sent["invite"] = invite;
        foreach (var frame in observed.GetObject("frames_from_peer_under_test")?.GetArray("K1") ?? new JsArray())
            ((JsObject)frame).GetObject("payload")!["invite"] = invite;
        partners["K2"].Say(channel, sent);
    }

    private JsObject Invite(string inviter, string channel, string invitee, double lifetime)
    {
        double now = lab.Host.Time.GetUtcNow().ToUnixTimeMilliseconds();
        KeyPair signer = partners[inviter].KeyPair;
        var payload = new InvitePayload(
            channel,
            invitee,
            partners[inviter].Key,
            JsValue.Null,
            now,
            now + lifetime,
            "n0nce"
        );
        return InviteCodec.Sign(payload, signer);
    }

    private static string Argument(string command, string name)
    {
        var match = Regex.Match(
            command,
            $"--{name} (?:\"([^\"]*)\"|(\\S+))",
            RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );
        return match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
    }

    private static JsObject Reply(string type, string channel) => new() { ["type"] = type, ["channel"] = channel };

    private static JsObject Error(string text) => new() { ["type"] = "error", ["error"] = text };

    [GeneratedRegex("[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();
}
