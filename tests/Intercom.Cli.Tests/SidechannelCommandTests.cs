using Hyper.Encoding.Json;
using Intercom.Cli.Client;
using Intercom.Cli.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Cli.Tests;

/// <summary><c>intercom sc …</c>, and commands of the terminal over the bridge.</summary>
public sealed class SidechannelCommandTests : CliLab
{
    [Fact]
    public async Task Invite_only_channel_is_made_joined_and_used_from_the_shell()
    {
        // Keys first: a peer that has run has them.
        var owner = await KeyAsync("owner");
        var guest = await KeyAsync("guest");
        string[] policy =
        [
            "--sidechannel-owner",
            $"club:{owner}",
            "--sidechannel-invite-required",
            "1",
            "--sidechannel-invite-channels",
            "club",
            "--sidechannel-inviter-keys",
            owner,
        ];
        await UpAsync("owner", policy);
        await UpAsync("guest", policy);

        var refused = await RunAsync(["sc", "join", "--name", "guest", "--channel", "club"]);
        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.Equal("error: Refused: Join denied (invite required or invalid).", refused.Notes);

        var welcomed = await ScAsync("owner", "welcome", "--channel", "club", "--text", "be kind");
        Assert.Equal("be kind", WelcomeCodec.TryRead(CredentialText.TryParse(welcomed[0]))!.Text);
        Assert.StartsWith("welcome_b64: ", welcomed[1]);
        var invited = await ScAsync("owner", "invite", "--channel", "club", "--pubkey", guest, "--ttl", "60");
        var invite = InviteCodec.TryRead(CredentialText.TryParse(invited[1]["invite_b64: ".Length..]));
        Assert.Equal((guest, 60_000), (invite!.InviteePublicKey, invite.ExpiresAt - invite.IssuedAt));
        await File.WriteAllTextAsync(Path.Combine(Folder, "invite.json"), invited[0]);

        Assert.Equal(["Joined sidechannel: club"], await ScAsync("owner", "join", "--channel", "club"));
        Assert.Equal(
            ["Joined sidechannel: club"],
            await ScAsync("guest", "join", "--channel", "club", "--invite", "@invite.json")
        );
        Assert.Equal(
            ["""{"channels":["0000intercom","club"],"connectionCount":1}"""],
            await WhenConnectedAsync(() => ScAsync("guest", "stats"))
        );
        var tail = Start("tail", "--name", "owner", "-n", "1");
        await tail.LineAsync("listening on all channels");
        await DeliveredAsync("guest", "club", "hello club");
        Assert.Equal(0, await tail.EndAsync());
        Assert.Contains("hello club", tail.Results);
        Assert.StartsWith("club: joined; ", (await ScAsync("guest", "why", "club"))[0]);

        Assert.Equal(["Requested channel: other"], await ScAsync("guest", "open", "--channel", "other"));
        Assert.Equal(["Left sidechannel: club"], await ScAsync("guest", "leave", "--channel", "club"));
        Assert.Equal(
            ExitCode.Refused,
            (await RunAsync(["sc", "leave", "--name", "guest", "--channel", "club"])).ExitCode
        );
    }

    [Fact]
    public async Task Invite_for_what_is_no_key_is_signed_as_at_the_terminal_and_says_so()
    {
        await UpAsync("bob");

        var run = await RunAsync(["sc", "invite", "--channel", "club", "--pubkey", "bob"]);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains("\"inviteePubKey\":\"bob\"", run.Results);
        Assert.StartsWith("warning: 'bob' is no public key", run.Notes);
    }

    [Theory]
    [InlineData("Invalid invite. Pass JSON, base64, or @file: it is neither", "join", "--invite", "xyz")]
    [InlineData("Invalid welcome. Pass JSON, base64, or @file: Could not find", "send", "--welcome", "@no/such")]
    public async Task Credential_that_cannot_be_used_is_wrong_usage(
        string said,
        string verb,
        string option,
        string text
    )
    {
        await UpAsync("bob");

        var run = await RunAsync([
            "sc",
            verb,
            "--channel",
            "a",
            option,
            text,
            .. verb == "send" ? ["--msg", "hi"] : Array.Empty<string>(),
        ]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Notes);
    }

    [Fact]
    public async Task Cli_over_the_bridge_is_off_unless_asked_and_exit_is_answered_before_the_end()
    {
        var closed = await UpAsync("closed");
        await using (var client = await ConnectAsync("closed"))
        {
            var error = await Assert.ThrowsAsync<CommandException>(() => AskAsync(client, "/sc_stats"));
            Assert.Equal("Refused: CLI over WS is disabled.", error.Message);
        }
        var open = await UpAsync("open", "--sc-bridge-cli", "1");
        await using (var client = await ConnectAsync("open"))
        {
            var keys = await AskAsync(client, "/get_keys");
            Assert.Matches("Secret Key:  [0-9a-f]{128}", keys.ToString());
            Assert.Equal("[\"Exiting...\"]", (await AskAsync(client, "/exit"))["output"]!.ToString());
        }

        Assert.Equal(0, await open.EndAsync());
        Assert.DoesNotContain("Secret Key", open.Results + open.Notes);
        Assert.Equal(0, await closed.StopAsync());
    }

    [Fact]
    public async Task Quiet_peer_prints_no_message_and_debugging_tells_of_each()
    {
        var bootstrap = await BootstrapAsync();
        var loud = Start("--name", "loud", "--dht-bootstrap", bootstrap, "--sidechannel-debug", "1");
        var quiet = Start("--name", "quiet", "--dht-bootstrap", bootstrap, "--sidechannel-quiet", "1");
        await loud.LineAsync("[sidechannel] welcome required for non-entry channels; entry \"0000intercom\" is open");
        await quiet.LineAsync("Sidechannel: ready");
        await UpAsync("speaker");

        await DeliveredAsync("speaker", "0000intercom", "hello", peers: 2);

        await loud.LineAsync("hello");
        Assert.Contains("debug: ", loud.Notes);
        Assert.Equal(0, await quiet.StopAsync());
        Assert.DoesNotContain("hello", quiet.Results);
        Assert.DoesNotContain("debug: ", quiet.Notes);
    }

    [Fact]
    public async Task Up_channel_without_owner_is_warned_of()
    {
        var peer = await UpAsync("bob", "--sidechannels", "a,b,a", "--sidechannel-owner", $"b:{new string('a', 64)}");

        var warning = await peer.LineAsync("has no owner");

        Assert.Equal(
            "warning: channel 'a' has no owner, so nothing on it is let in: name one with --sidechannel-owner a:<key>, "
                + "or give --sidechannel-welcome-required 0",
            warning
        );
        Assert.Single(peer.Notes.Split('\n'), line => line.Contains("has no owner"));
    }

    [Fact]
    public async Task Up_policy_that_guards_nothing_or_lets_nobody_write_is_warned_of()
    {
        var peer = await UpAsync(
            "bob",
            "--sidechannels",
            "a,b c",
            "--sidechannel-owner-write-channels",
            "a,b c,mine,other",
            "--sidechannel-owner",
            $"mine:{new string('a', 64)}",
            "--sidechannel-invite-prefixes",
            "priv-"
        );

        await peer.LineAsync("they take effect with --sidechannel-invite-required 1");
        Assert.Equal(
            [
                "warning: " + OwnerlessChannel.Hint("a"),
                "warning: channel 'b c' has no owner, so nothing on it is let in: name one with --sidechannel-owner "
                    + "\"b c:<key>\", or give --sidechannel-welcome-required 0",
                "warning: channel 'other' has no owner, so nobody can write to it: name one with --sidechannel-owner other:<key>",
                "warning: no invite is demanded, though there are --sidechannel-invite-channels or -prefixes: they take effect "
                    + "with --sidechannel-invite-required 1",
            ],
            peer.Notes.Split('\n').Where(line => line.StartsWith("warning: ", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Request_to_open_a_channel_is_told_and_followed_where_that_is_switched_on()
    {
        string[] open = ["--sidechannel-welcome-required", "0"];
        var asked = await UpAsync("asked", open);
        var eager = await UpAsync("eager", [.. open, "--sidechannel-auto-join", "1", "--sidechannel-quiet", "1"]);
        await UpAsync("asking", open);
        await DeliveredAsync("asking", "0000intercom", "hello", peers: 2);
        var key = (await RunAsync(["info", "--name", "asking", "--json"])).Results;

        await ScAsync("asking", "open", "--channel", "a\u0007 room");

        var told = await asked.LineAsync("channel request received: ");
        Assert.StartsWith("[sidechannel] channel request received: a\uFFFD room (from ", told);
        Assert.Contains(told.Split("(from ")[1][..8], key);
        Assert.Contains(" on 0000intercom; ", told);
        await eager.LineAsync("[sidechannel] auto-joined channel: a\uFFFD room (from ");
        Assert.StartsWith("a\uFFFD room: joined; ", (await ScAsync("eager", "why", "a\u0007 room"))[0]);
        Assert.StartsWith("a\uFFFD room: not joined; ", (await ScAsync("asked", "why", "a\u0007 room"))[0]);
    }

    [Fact]
    public async Task Join_of_a_channel_without_an_owner_is_warned_of_once()
    {
        await UpAsync("bob");

        var joined = await RunAsync(["sc", "join", "--channel", "a"]);
        var again = await RunAsync(["sc", "join", "--channel", "a"]);

        Assert.Equal((0, "Joined sidechannel: a"), (joined.ExitCode, joined.Results));
        Assert.Equal("warning: " + OwnerlessChannel.Hint("a"), joined.Notes);
        Assert.Equal((0, "Joined sidechannel: a", ""), again);
        var tail = Start("tail", "a", "b");
        await tail.LineAsync("listening on a, b");
        Assert.Equal("warning: " + OwnerlessChannel.Hint("b"), tail.Notes.Split('\n')[0]);
    }

    /// <summary>The lines of a command that has to succeed.</summary>
    private async Task<string[]> ScAsync(string name, string verb, params string[] arguments)
    {
        var run = await RunAsync(["sc", verb, "--name", name, .. arguments]);
        Assert.Equal((0, ""), (run.ExitCode, run.Notes));
        return run.Results.Split('\n');
    }

    /// <summary>Asks until a connection is reported.</summary>
    private async Task<string[]> WhenConnectedAsync(Func<Task<string[]>> ask)
    {
        await ConnectedAsync("guest");
        return await ask();
    }

    /// <summary>Sends until so many peers were given it: they may still be opening the channel.</summary>
    private async Task DeliveredAsync(string name, string channel, string text, int peers = 1)
    {
        for (var tries = 0; tries < 60; tries++)
        {
            var sent = await RunAsync(["sc", "send", "--name", name, "--channel", channel, "--message", text]);
            if (sent.Results == $"sent on {channel} to {peers} peer{(peers == 1 ? "" : "s")}")
                return;
        }
        Assert.Fail($"'{name}' could not send to {peers} on '{channel}'.");
    }

    private async Task<string> KeyAsync(string name)
    {
        var peer = await UpAsync(name);
        Assert.True(Intercom.Node.Store.BridgeFile.TryRead(Store(name), out var file));
        await peer.StopAsync();
        return file.PublicKey;
    }

    private Node.Store.PeerStore Store(string name) => new(Path.Combine(Folder, "stores"), name);

    private Task<BridgeClient> ConnectAsync(string name)
    {
        var (_, bridge, token) = RunningPeers.Find(Path.Combine(Folder, "stores"), name);
        return BridgeClient.ConnectAsync(bridge, token, TestContext.Current.CancellationToken);
    }

    private static Task<JsObject> AskAsync(BridgeClient client, string command) =>
        client.RequestAsync(
            new JsObject { ["type"] = "cli", ["command"] = command },
            TestContext.Current.CancellationToken
        );
}
