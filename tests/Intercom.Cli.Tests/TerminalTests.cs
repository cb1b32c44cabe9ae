using Intercom.Cli.Tests.Lab;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

/// <summary>The terminal of a running peer, over a pipe and at a terminal.</summary>
public sealed class TerminalTests : CliLab
{
    [Fact]
    public async Task Piped_commands_are_run_in_their_order_and_exit_ends_the_peer()
    {
        var bootstrap = await BootstrapAsync();

        var (exitCode, results, notes) = await RunAsync(
            ["up", "--terminal", "1", "--dht-bootstrap", bootstrap],
            "/sc_join --channel a\n/sc_stats\nhello\n/tx\n/exit\n/sc_join --channel never\n"
        );

        Assert.Equal(0, exitCode);
        Assert.Contains(
            "\nJoined sidechannel: a\n{\"channels\":[\"0000intercom\",\"a\"],\"connectionCount\":0}\nExiting...",
            results
        );
        Assert.Contains("commands begin with a slash", notes);
        Assert.Contains("error: /tx belongs to the subnet", notes);
        Assert.EndsWith("stopping", notes);
        Assert.False(File.Exists(StorePath("peer", "bridge.json")));
    }

    [Fact]
    public async Task Piped_input_that_ends_leaves_the_peer_running()
    {
        var peer = Start("up", "--terminal", "1", "--dht-bootstrap", await BootstrapAsync());

        await peer.LineAsync("the terminal is closed; the peer goes on");

        Assert.Equal(0, await peer.StopAsync());
    }

    [Fact]
    public async Task Input_that_is_no_terminal_is_not_read_unless_asked()
    {
        var peer = Start("up", "--dht-bootstrap", await BootstrapAsync());

        await peer.LineAsync("Sidechannel: ready");
        Assert.Equal(0, await peer.StopAsync());
        Assert.DoesNotContain("terminal", peer.Notes);
    }

    [Fact]
    public async Task Stop_with_the_terminal_open_is_in_order()
    {
        var peer = StartPiped("up", "--terminal", "1", "--dht-bootstrap", await BootstrapAsync());
        await peer.TypeAsync("/stats\n");
        await peer.LineAsync("--- Stats ---");

        Assert.Equal(0, await peer.StopAsync(Signals.Terminate));

        Assert.EndsWith("stopping", peer.Notes);
        Assert.False(File.Exists(StorePath("peer", "bridge.json")));
    }

    [Fact]
    public async Task At_a_terminal_keys_edit_complete_and_recall()
    {
        Assert.SkipUnless(Pty.IsAvailable, "There is no `script` of util-linux to make a terminal.");
        var peer = StartAtTerminal("up", "--dht-bootstrap", await BootstrapAsync());
        await peer.LineAsync("terminal: /help lists the commands");
        await peer.LineAsync("Sidechannel: ready");

        await peer.TypeAsync("/sc_j\t--channel roomX\u007f1\r");
        await peer.LineAsync("Joined sidechannel: room1");
        // Up, back to the digit, another in its place.
        await peer.TypeAsync("\e[A\u007f2\r");
        await peer.LineAsync("Joined sidechannel: room2");
        await peer.TypeAsync("/exit\r");

        Assert.Equal(0, await peer.EndAsync());
        Assert.Contains("Exiting...", peer.Results);
        Assert.Contains("stopping", peer.Results);
    }

    [Fact]
    public async Task A_terminal_that_was_never_sized_counts_as_eighty_columns_wide()
    {
        Assert.SkipUnless(Pty.IsAvailable, "There is no `script` of util-linux to make a terminal.");
        var program = Pty.Start(Folder, ["no-such-command-of-the-program"], environment: null, columns: 0);

        Assert.Equal(ExitCode.Usage, await program.EndAsync());
        Assert.Contains("unknown command or value 'no-such-command-of-the-program'", program.Results);
    }

    [Fact]
    public async Task At_a_terminal_messages_are_shown_and_an_interrupt_ends_in_order()
    {
        Assert.SkipUnless(Pty.IsAvailable, "There is no `script` of util-linux to make a terminal.");
        var bob = await UpAsync("bob");
        var peer = StartAtTerminal("up", "--name", "alice", "--dht-bootstrap", await BootstrapAsync());
        await peer.LineAsync("Sidechannel: ready");
        await peer.TypeAsync("/begun");

        await ConnectedAsync("bob");
        await RunAsync(["send", "--name", "bob", "hello from bob"]);

        // Redrawn below the message.
        Assert.Contains("0000intercom", await peer.LineAsync("hello from bob"));
        await peer.TypeAsync("\u0003");
        Assert.Equal(0, await peer.EndAsync());
        Assert.Contains("stopping", peer.Results);
        Assert.False(File.Exists(StorePath("alice", "bridge.json")));
        Assert.Equal(0, await bob.StopAsync());
    }

    [Fact]
    public async Task Without_a_terminal_or_where_not_wanted_there_are_no_colours()
    {
        var piped = await RunAsync(["config"]);
        Assert.DoesNotContain('\e', piped.Results);
        Assert.SkipUnless(Pty.IsAvailable, "There is no `script` of util-linux to make a terminal.");

        var coloured = StartAtTerminal("config");
        await coloured.EndAsync();
        Assert.Contains("\e[90mdefault", coloured.Results.Replace("\e[38;5;8m", "\e[90m"));
        var plain = StartAtTerminal(
            new Dictionary<string, string> { ["TERM"] = "xterm", ["NO_COLOR"] = "1" },
            "config"
        );
        await plain.EndAsync();
        Assert.Contains("default", plain.Results);
        Assert.DoesNotMatch("\e\\[[0-9;]*m", plain.Results);
    }
}
