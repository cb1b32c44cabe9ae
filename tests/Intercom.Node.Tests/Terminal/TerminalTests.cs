using Intercom.Node.Terminal;
using Intercom.Node.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Node.Tests.Terminal;

public sealed class TerminalTests
{
    [Fact]
    public async Task Help_lists_every_command_with_its_arguments()
    {
        await using var lab = await TerminalLab.StartAsync();

        var help = await lab.Terminal.RunAsync("/help");

        Assert.Equal("Commands:", help.Output[0]);
        Assert.Equal(lab.Terminal.Commands.Count() + 1, help.Output.Count);
        foreach (
            var name in "/sc_join /sc_leave /sc_open /sc_send /sc_invite /sc_welcome /sc_stats /sc_why /stats /get_keys /help /exit".Split(
                ' '
            )
        )
            Assert.Contains(help.Output, line => line.StartsWith($"- {name} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stats_and_keys_have_the_recorded_lines()
    {
        await using var lab = await TerminalLab.StartAsync();

        Assert.Equal(
            ["--- Stats ---", $"wallet.address: {lab.OwnKey}", "swarm.connections.size: 0"],
            (await lab.Terminal.RunAsync("/stats")).Output
        );
        var keys = (await lab.Terminal.RunAsync("/get_keys")).Output;
        Assert.Equal([$"Address:  {lab.Wallet.Address.Text}", $"Public Key:  {lab.OwnKey}"], keys.Take(2));
        Assert.Matches("^Secret Key:  [0-9a-f]{64}" + lab.OwnKey + "$", keys[2]);
        Assert.DoesNotContain(
            keys[2]["Secret Key:  ".Length..],
            (await lab.Terminal.RunAsync("/get_keys", tellsSecrets: false)).Output[2]
        );
    }

    [Fact]
    public async Task Leave_leaves_what_was_joined_and_nothing_else()
    {
        await using var lab = await TerminalLab.StartAsync();

        Assert.Equal(["Usage: /sc_leave --channel \"<name>\""], (await lab.Terminal.RunAsync("/sc_leave")).Output);
        Assert.Equal(["Left sidechannel: c1"], (await lab.Terminal.RunAsync("/sc_leave --channel c1")).Output);
        Assert.Contains("[\"0000intercom\"]", Assert.Single((await lab.Terminal.RunAsync("/sc_stats")).Output));
        foreach (var channel in new[] { "c1", "0000intercom" })
        {
            Assert.Equal(
                [$"The peer is not on '{channel}', or cannot leave it."],
                (await lab.Terminal.RunAsync($"/sc_leave --channel {channel}")).Output
            );
        }
    }

    [Theory]
    [InlineData("/sc_why --channel c1")]
    [InlineData("/sc_why c1")]
    public async Task Why_says_what_is_in_the_way_and_what_would_help(string line)
    {
        await using var lab = await TerminalLab.StartAsync();

        var why = await lab.Terminal.RunAsync(line);

        Assert.Empty(why.Notes);
        Assert.Equal("c1: joined; open with 0 of 0 connected peers; 0 delivered, 0 sent", why.Output[0]);
        Assert.StartsWith("network: ", why.Output[^2]);
        Assert.StartsWith("    ", why.Output[^1]);
    }

    [Fact]
    public async Task Why_tells_usage_state_and_passes_over_further_words()
    {
        await using var lab = await TerminalLab.StartAsync();

        Assert.Equal(["Usage: /sc_why --channel \"<name>\""], (await lab.Terminal.RunAsync("/sc_why")).Output);
        Assert.StartsWith("nosuch: not joined; ", (await lab.Terminal.RunAsync("/sc_why nosuch")).Output[0]);
        var several = await lab.Terminal.RunAsync("/sc_why two words");
        Assert.Equal(["Usage: /sc_why --channel \"<name>\""], several.Output);
        Assert.Single(several.Notes);
    }

    [Fact]
    public async Task Exit_asks_for_the_end_and_says_so()
    {
        await using var lab = await TerminalLab.StartAsync();

        Assert.Equal(["Exiting..."], (await lab.Terminal.RunAsync("/exit")).Output);
        Assert.Equal(1, lab.Exits);
        Assert.Contains("takes no arguments", Assert.Single((await lab.Terminal.RunAsync("/exit now")).Notes));
        Assert.Equal(1, lab.Exits);
    }

    [Theory]
    [InlineData("/sc_join --channel \"abc", "A quote is not closed.")]
    [InlineData("/tx --command x", "/tx belongs to the subnet, which is not in this build.")]
    public async Task Error_is_told_as_one(string line, string error)
    {
        await using var lab = await TerminalLab.StartAsync();

        var result = await lab.Terminal.RunAsync(line);

        Assert.Equal((error, 0), (result.Error, result.Output.Count));
    }

    [Theory]
    [InlineData("/nosuch", "unknown command '/nosuch': /help lists them")]
    [InlineData("hello", "commands begin with a slash: /help lists them")]
    [InlineData("/sc_send --channel c1 --message two words", "passed over 'words': put a text with spaces in quotes")]
    [InlineData("/sc_send --channel c1 --message all my words", "passed over 'my': put a text with spaces in quotes")]
    [InlineData("/sc_join c2", "passed over 'c2': a value needs its name before it, as in /sc_join --channel c2")]
    [InlineData(
        "/sc_leave \"c 2\"",
        "passed over 'c 2': a value needs its name before it, as in /sc_leave --channel \"c 2\""
    )]
    [InlineData("/sc_leave --chanel c1", "passed over '--chanel': /sc_leave takes --channel")]
    [InlineData(
        "/sc_join --channel c1 --invit x",
        "passed over '--invit': /sc_join takes --channel, --invite, --welcome"
    )]
    [InlineData("/sc_stats all", "passed over 'all': /sc_stats takes no arguments")]
    [InlineData("/sc_send --channel c1 --message hi", "no other peer is on 'c1' yet: the message went nowhere")]
    [InlineData("/sc_join --channel a --invite @/no/such", "the invite cannot be used: Could not find a part of")]
    [InlineData("/sc_join --channel a --welcome x", "the welcome cannot be used: it is neither JSON nor base64")]
    [InlineData("/sc_join --channel b", "the reason: TooManyChannels")]
    [InlineData("/sc_invite --channel c1 --pubkey abc", "'abc' is no public key (64 hexadecimal digits)")]
    public async Task Note_says_what_the_recorded_lines_do_not(string line, string note)
    {
        await using var lab = await TerminalLab.StartAsync(options => options with { MaxChannels = 2 });

        Assert.Contains(
            (await lab.Terminal.RunAsync(line)).Notes,
            said => said.StartsWith(note, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("/sc_join channel c1", "Joined sidechannel: c1")]
    [InlineData("/sc_join ch c1", "Joined sidechannel: c1")]
    [InlineData("/sc_leave --name=c1", "Left sidechannel: c1")]
    [InlineData("/sc_join invite x", "Usage: /sc_join")]
    public async Task Name_without_dashes_is_a_name_and_not_passed_over(string line, string printed)
    {
        await using var lab = await TerminalLab.StartAsync();

        var result = await lab.Terminal.RunAsync(line);

        Assert.StartsWith(printed, Assert.Single(result.Output));
        Assert.Empty(result.Notes);
    }

    [Fact]
    public async Task Join_of_a_channel_without_an_owner_says_so_once()
    {
        await using var lab = await TerminalLab.StartAsync();

        var joined = await lab.Terminal.RunAsync("/sc_join --channel \" c2 \"");
        var again = await lab.Terminal.RunAsync("/sc_join --channel c2");
        var owned = await lab.Terminal.RunAsync("/sc_join --channel mine");

        Assert.Equal(["Joined sidechannel:  c2 "], joined.Output);
        Assert.StartsWith("channel 'c2' has no owner, so nothing on it is let in: ", Assert.Single(joined.Notes));
        Assert.Empty(again.Notes);
        Assert.Empty(owned.Notes);
    }

    [Fact]
    public async Task Join_needs_no_owner_where_no_welcome_is_needed()
    {
        await using var lab = await TerminalLab.StartAsync(options => options with { WelcomeRequired = false });

        Assert.Empty((await lab.Terminal.RunAsync("/sc_join --channel c2")).Notes);
    }

    [Fact]
    public async Task Invite_for_ever_is_bounded_and_holds()
    {
        await using var lab = await TerminalLab.StartAsync();

        var result = await lab.Terminal.RunAsync(
            $"/sc_invite --channel c1 --pubkey {lab.PartnerKey} --ttl {new string('9', 400)}"
        );

        Assert.NotNull(InviteCodec.TryRead(CredentialText.TryParse(result.Output[0])));
    }

    [Theory]
    [InlineData("/sc_j", 0, "/sc_join")]
    [InlineData("/get", 0, "/get_keys")]
    [InlineData("/sc_l", 0, "/sc_leave")]
    [InlineData("/sc_leave --channel c", 20, "c1")]
    [InlineData("/sc_wh", 0, "/sc_why")]
    [InlineData("/sc_why ", 8, "--channel")]
    [InlineData("/sc_join ", 9, "--channel,--invite,--welcome")]
    [InlineData("/sc_join --channel c1 --i", 22, "--invite")]
    [InlineData("/sc_send --channel ", 19, "0000intercom,c1")]
    [InlineData("/sc_send --channel c", 19, "c1")]
    [InlineData("/sc_open --channel x --via 0", 27, "0000intercom")]
    [InlineData("/sc_send --channel c1 ", 22, "--message,--invite,--welcome")]
    [InlineData("/sc_send --message ", 19, "")]
    [InlineData("/nosuch ", 8, "")]
    public async Task Complete_offers_what_can_stand_there(string line, int start, string words)
    {
        await using var lab = await TerminalLab.StartAsync();

        var (from, offered) = await lab.Terminal.CompleteAsync(line);

        Assert.Equal((start, words), (from, string.Join(',', offered)));
    }

    [Fact]
    public async Task Complete_quotes_a_name_that_needs_it()
    {
        await using var lab = await TerminalLab.StartAsync(options => options with { Channels = ["a b", "q\"\\"] });

        var (_, offered) = await lab.Terminal.CompleteAsync("/sc_join --channel \"");

        Assert.Equal(["\"a b\"", "\"q\\\"\\\\\""], offered);
        Assert.Equal(["a b", "q\"\\"], offered.Select(word => Assert.Single(CommandLineWords.TrySplit(word)!)));
    }

    [Fact]
    public async Task Credential_in_a_file_that_is_too_large_is_not_read()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[1024 * 1024 + 1]);
        try
        {
            var (credential, reason) = await CredentialArgument.ReadAsync("@" + file);
            Assert.Null(credential);
            Assert.Contains("is larger than", reason);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
