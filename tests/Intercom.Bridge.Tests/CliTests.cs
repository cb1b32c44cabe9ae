using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests;

/// <summary>Commands of the terminal, and signing, over the bridge.</summary>
public sealed class CliTests
{
    private static readonly string _invitee = new('a', 64);

    [Fact]
    public async Task Cli_is_off_by_default() =>
        Assert.Equal("CLI over WS is disabled.", await ErrorAsync(BridgeLab.Options, "/sc_stats"));

    [Theory]
    [InlineData(null)]
    [InlineData("  \uFEFF ")]
    public async Task Cli_without_a_command_is_refused(string? command) =>
        Assert.Equal("Missing command.", await ErrorAsync(WithTerminal, command));

    [Fact]
    public async Task Cli_result_has_the_recorded_members_in_their_order()
    {
        await using var lab = await BridgeLab.StartAsync(WithTerminal);
        using var client = await lab.ConnectAuthenticatedAsync();

        var done = await client.AskAsync(Cli(" /echo a "));
        var failed = await client.AskAsync(Cli("/fail"));

        Assert.Equal(
            """{"type":"cli_result","command":"/echo a","ok":true,"output":["/echo a","owner"],"error":null}""",
            JsJson.Stringify(done)
        );
        Assert.Equal(
            """{"type":"cli_result","command":"/fail","ok":false,"output":[],"error":"no","result":null}""",
            JsJson.Stringify(failed)
        );
    }

    [Fact]
    public async Task Cli_of_a_scoped_client_is_not_the_owners()
    {
        await using var lab = await BridgeLab.StartAsync(WithTerminal);
        lab.Bridge.Credentials =
        [
            new()
            {
                Id = "a",
                TokenHash = BridgeCredential.HashOf("scoped"),
                Scopes = BridgeScopes.Cli,
            },
        ];
        using var client = await lab.ConnectAsync();
        await client.AskAsync(new JsObject { ["type"] = "auth", ["token"] = "scoped" });

        var result = await client.AskAsync(Cli("/x"));

        Assert.Equal("""["/x","other"]""", JsJson.Stringify(result["output"]!));
    }

    [Fact]
    public async Task Invite_and_welcome_are_signed_and_hold()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();

        var welcomed = await client.AskAsync(On("welcome", "text", "hello"));
        var invited = await client.AskAsync(On("invite", "pubkey", _invitee.ToUpperInvariant()));

        var welcome = WelcomeCodec.TryRead(welcomed["welcome"]);
        Assert.Equal(("c9", "hello"), (welcome!.Channel, welcome.Text));
        var invite = InviteCodec.TryRead(CredentialText.TryParse(invited["invite_b64"]));
        Assert.Equal(("c9", _invitee), (invite!.Channel, invite.InviteePublicKey));
        Assert.Equal(604_800_000, invite.ExpiresAt - invite.IssuedAt);
        Assert.Equal("trac1test", ((JsString)invite.InviterAddress).Value);
        Assert.Equal(
            JsJson.Stringify(invited["invite"]!),
            JsJson.Stringify(CredentialText.TryParse(invited["invite_b64"])!)
        );
    }

    [Theory]
    [InlineData("ttl", 60.0, 60_000)]
    [InlineData("ttl", 1e300, 9e14)]
    public async Task Invite_holds_for_the_seconds_asked(string name, double value, double milliseconds)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        var request = On("invite", "pubkey", _invitee);
        request[name] = value;

        var invite = InviteCodec.TryRead((await client.AskAsync(request))["invite"]);

        Assert.Equal(milliseconds, invite!.ExpiresAt - invite.IssuedAt);
    }

    [Theory]
    [InlineData("invite", "pubkey", "", "Missing pubkey.")]
    [InlineData("welcome", "text", "", "Missing text.")]
    [InlineData("welcome", "channel", " ", "Missing channel.")]
    [InlineData("invite", "channel", "", "Missing channel.")]
    [InlineData("invite", "welcome", "xyz", "Invalid welcome (expected JSON or base64).")]
    [InlineData("invite", "ttl", "abc", "Missing ttl: seconds above 0.")]
    [InlineData("invite", "ttl", "-1", "Missing ttl: seconds above 0.")]
    public async Task Invite_and_welcome_say_what_is_missing(string verb, string name, string value, string said)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        var request = On(verb, "pubkey", _invitee);
        request["text"] = "hi";
        request[name] = value;

        Assert.Equal(said, (await client.AskAsync(request)).GetString("error"));
    }

    private static BridgeOptions WithTerminal => BridgeLab.Options with { Terminal = new EchoTerminal() };

    private static async Task<string?> ErrorAsync(BridgeOptions options, string? command)
    {
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await lab.ConnectAuthenticatedAsync();
        return (await client.AskAsync(Cli(command))).GetString("error");
    }

    private static JsObject Cli(string? command) => new() { ["type"] = "cli", ["command"] = command };

    private static JsObject On(string verb, string name, JsValue value) =>
        new()
        {
            ["type"] = verb,
            ["channel"] = "c9",
            [name] = value,
        };

    private sealed class EchoTerminal : IBridgeTerminal
    {
        public Task<BridgeCommandResult> RunAsync(string command, bool isOwner) =>
            Task.FromResult(
                command == "/fail"
                    ? new BridgeCommandResult([], "no")
                    : new BridgeCommandResult([command, isOwner ? "owner" : "other"])
            );
    }
}
