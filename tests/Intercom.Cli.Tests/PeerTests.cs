using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hyper.Encoding.Json;
using Intercom.Cli.Tests.Lab;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

/// <summary>Running peers, and the commands that talk to them.</summary>
public sealed class PeerTests : CliLab
{
    [Fact]
    public async Task Up_two_peers_exchange_messages_and_answer_their_clients()
    {
        var alice = await UpAsync("alice");
        var bob = await UpAsync("bob");
        Assert.NotEqual(ReadJson("alice").GetString("url"), ReadJson("bob").GetString("url"));
        var tail = Start("tail", "--name", "bob", "--json", "-n", "1");
        var shown = Start("tail", "--name", "bob", "-n", "1");
        await shown.LineAsync("listening on all channels");
        await ConnectedAsync("alice");

        var sent = await RunAsync(["send", "--name", "alice", "-"], "evil\u001b[31m\n0000intercom fake\u009b\u202e\n");

        Assert.Equal((0, "sent on 0000intercom to 1 peer"), (sent.ExitCode, sent.Results));
        Assert.Equal(0, await tail.EndAsync());
        Assert.Equal(0, await shown.EndAsync());
        Assert.Empty(tail.Notes);
        var message = ParseObject(Assert.Single(tail.ResultLines));
        Assert.Equal("evil\u001b[31m\n0000intercom fake\u009b\u202e", message.GetString("message"));
        Assert.True(message.GetBoolean("verified"));
        Assert.DoesNotContain(tail.Results, character => char.IsControl(character) || character == '\u202e');
        Assert.Contains("evil\uFFFD[31m\n    0000intercom fake\uFFFD\uFFFD", shown.Results);

        var several = await RunAsync(["info"]);
        Assert.Equal(ExitCode.Usage, several.ExitCode);
        Assert.Contains("(alice, bob)", several.Notes);
        var why = await RunAsync(["sc", "why", "nowhere", "--name", "alice"]);
        Assert.Equal(0, why.ExitCode);
        Assert.Contains("nowhere: not joined", why.Results);
        Assert.Contains("this peer is not on the channel", why.Results);
        foreach (var command in new[] { "info", "stats", "peers" })
        {
            var asked = await RunAsync([command, "--name", "alice", "--json"]);
            Assert.Equal((0, ""), (asked.ExitCode, asked.Notes));
            ParseObject(asked.Results);
        }

        var token = (await File.ReadAllTextAsync(StorePath("alice", "bridge.token"))).Trim();
        foreach (var (process, signal) in new[] { (alice, Signals.Interrupt), (bob, Signals.Terminate) })
        {
            Assert.Equal(0, await process.StopAsync(signal));
            Assert.DoesNotContain(token, process.Results + process.Notes);
        }
        Assert.False(File.Exists(StorePath("alice", "bridge.json")));
        Assert.False(File.Exists(StorePath("alice", "intercom.pid")));
    }

    [Fact]
    public async Task Up_store_in_use_is_refused_with_the_process_id()
    {
        var peer = await UpAsync("bob");

        var second = await RunAsync(["up", "--name", "bob", "--dht-bootstrap", await BootstrapAsync()]);

        Assert.Equal(ExitCode.Failed, second.ExitCode);
        Assert.Contains($"is in use by process {peer.Id}:", second.Notes);
        Assert.Single(second.Notes.Split('\n'));
        Assert.True(File.Exists(StorePath("bob", "bridge.json")));
    }

    [Fact]
    public async Task Up_files_are_the_owners_alone_and_hold_no_secret()
    {
        await UpAsync("bob");

        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in new[] { "bridge.json", "bridge.token", "db/keypair.json" })
            {
                var mode = File.GetUnixFileMode(StorePath("bob", file));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
            }
        }
        var token = (await File.ReadAllTextAsync(StorePath("bob", "bridge.token"))).Trim();
        List<string> names = [];
        foreach (var (member, _) in ReadJson("bob").Members)
            names.Add(member);
        Assert.Equal(["url", "pid", "peer"], names);
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(StorePath("bob", "bridge.json")));
    }

    [Fact]
    public async Task Client_after_a_crash_says_that_no_peer_runs_and_the_store_starts_again()
    {
        var peer = await UpAsync("bob");
        peer.Crash();
        await peer.EndAsync();
        Assert.True(File.Exists(StorePath("bob", "bridge.json")));
        Assert.True(File.Exists(StorePath("bob", "intercom.pid")));

        var sent = await RunAsync(["send", "hi"]);

        Assert.Equal(ExitCode.NoSuchPeer, sent.ExitCode);
        Assert.Contains("No peer is running", sent.Notes);

        // Without a bridge: the address that the crash left must not be used.
        var bare = Start("--name", "bob", "--dht-bootstrap", await BootstrapAsync());
        await bare.LineAsync("Sidechannel: ready");
        sent = await RunAsync(["send", "hi"]);
        Assert.Equal(ExitCode.NoSuchPeer, sent.ExitCode);
        Assert.Contains("runs without a bridge", sent.Notes);
    }

    [Fact]
    public async Task Up_chosen_port_taken_fails_in_one_line_and_leaves_nothing_running()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var up = await RunAsync(["up", "--dht-bootstrap", await BootstrapAsync(), "--sc-bridge-port", port]);

        Assert.Equal(ExitCode.Failed, up.ExitCode);
        Assert.Contains($"error: 127.0.0.1:{port} is in use", up.Notes);
        Assert.DoesNotContain("   at ", up.Notes);
        Assert.False(File.Exists(StorePath("peer", "bridge.json")));
        Assert.False(File.Exists(StorePath("peer", "intercom.pid")));
    }

    [Fact]
    public async Task Up_bootstrap_silent_says_so_and_serves_its_bridge_and_stops_in_time()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var peer = Start("up", "--dht-bootstrap", silent.Client.LocalEndPoint!.ToString()!, "--sidechannels", "a");
        var warning = await peer.LineAsync("no bootstrap node of the DHT has answered");
        Assert.Contains("--dht-bootstrap", warning);

        var stats = await RunAsync(["stats", "--json"]);
        Assert.Equal(0, ParseObject(stats.Results).GetNumber("connectionCount"));
        var sent = await RunAsync(["send", "hi"]);
        Assert.Contains("no other peer is on '0000intercom' yet", sent.Notes);

        Assert.Equal(0, await peer.StopAsync());
    }

    [Fact]
    public async Task Up_stopped_while_it_starts_ends_and_can_be_started_again()
    {
        var peer = Start("up", "--dht-bootstrap", await BootstrapAsync());
        await peer.LineAsync("first start of this store");

        var exitCode = await peer.StopAsync();

        Assert.Equal(0, exitCode);
        await UpAsync("peer");
    }

    [Theory]
    [InlineData("{\"broken\":", "is not the JSON")]
    [InlineData("", "is not the JSON")]
    public async Task Up_key_file_damaged_fails_in_one_line(string content, string said)
    {
        Directory.CreateDirectory(StorePath("peer", "db"));
        await File.WriteAllTextAsync(StorePath("peer", "db/keypair.json"), content);

        var up = await RunAsync(["up", "--dht-bootstrap", await BootstrapAsync()]);

        Assert.Equal(ExitCode.Failed, up.ExitCode);
        Assert.Contains(said, up.Notes);
        Assert.Single(up.Notes.Split('\n'));
        Assert.Equal(content, await File.ReadAllTextAsync(StorePath("peer", "db/keypair.json")));
    }

    [Fact]
    public async Task Up_key_file_with_password_fails_in_one_line()
    {
        using var wallet = Trac.Wallet.Wallet.Generate();
        await Trac.Wallet.KeyFile.SaveAsync(wallet, StorePath("peer", "db/keypair.json"), "secret"u8.ToArray());

        var up = await RunAsync(["up", "--dht-bootstrap", await BootstrapAsync()]);

        Assert.Equal(ExitCode.Failed, up.ExitCode);
        Assert.Contains("password", up.Notes);
        Assert.Single(up.Notes.Split('\n'));
    }

    [Fact]
    public async Task Up_folder_cannot_be_made_fails_in_one_line()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "stores"), "a file in the way");

        var up = await RunAsync(["up", "--dht-bootstrap", await BootstrapAsync()]);

        Assert.Equal(ExitCode.Failed, up.ExitCode);
        Assert.Contains("cannot be written", up.Notes);
        Assert.Single(up.Notes.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Up_flag_of_a_missing_plane_is_warned_of_once()
    {
        var peer = await UpAsync("bob", "--msb-store-name", "x", "--timer", "1", "--sidechannels", "a b,c");

        Assert.Single(
            peer.Notes.Split('\n'),
            line => line.StartsWith("warning: --msb-store-name has no effect", StringComparison.Ordinal)
        );
        Assert.Single(
            peer.Notes.Split('\n'),
            line => line.StartsWith("warning: --timer has no effect", StringComparison.Ordinal)
        );
        Assert.Contains("a b, c", peer.Results);
    }

    [Fact]
    public async Task Tail_reader_gone_ends_quietly()
    {
        await UpAsync("alice");
        await UpAsync("bob");
        await ConnectedAsync("alice");
        var tail = StartUnread("tail", "--name", "bob");
        await tail.LineAsync("listening on all channels");
        await RunAsync(["send", "--name", "alice", "first"]);
        Assert.Contains("first", await tail.ResultStream.ReadLineAsync());
        tail.ResultStream.Close();

        await RunAsync(["send", "--name", "alice", "hi"]);

        Assert.Equal(0, await tail.EndAsync());
        Assert.Equal("listening on all channels", tail.Notes);
    }

    [Fact]
    public async Task Send_refused_exits_with_four()
    {
        var owner = "closed:" + new string('a', 64);
        await UpAsync("bob", "--sidechannel-owner", owner, "--sidechannel-owner-write-channels", "closed");

        var sent = await RunAsync(["send", "--to", "closed", "hi"]);

        Assert.Equal(ExitCode.Refused, sent.ExitCode);
        Assert.StartsWith("error: Refused:", sent.Notes);
        Assert.Empty(sent.Results);
    }

    [Fact]
    public async Task Send_text_that_looks_like_a_response_file_is_sent()
    {
        await UpAsync("bob");

        var sent = await RunAsync(["send", "@alice hello"]);

        Assert.Equal(0, sent.ExitCode);
    }

    private JsObject ReadJson(string name) => ParseObject(File.ReadAllText(StorePath(name, "bridge.json")));

    private static JsObject ParseObject(string text)
    {
        Assert.True(JsJson.TryParse(TextEncoding.UTF8.GetBytes(text.Trim()), out var value), text);
        return Assert.IsType<JsObject>(value);
    }
}
