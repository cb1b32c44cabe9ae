using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;
using Intercom.Node.Terminal;

namespace Intercom.Cli.Commands;

/// <summary>
/// <c>intercom sc …</c>: the terminal's commands on channels, given to a running peer over its bridge. Arguments and printed
/// lines are the terminal's; files are read here, not at the peer.
/// </summary>
internal static class SidechannelCommands
{
    private const string CredentialForms = "JSON, base64, b64:… or @file.";

    public static Command Create()
    {
        var group = new Command("sc", "Join, open, send to, invite to and welcome to channels of a running peer.");
        group.Subcommands.Add(CreateJoin());
        group.Subcommands.Add(CreateLeave());
        group.Subcommands.Add(CreateOpen());
        group.Subcommands.Add(CreateSend());
        group.Subcommands.Add(CreateInvite());
        group.Subcommands.Add(CreateWelcome());
        group.Subcommands.Add(CreateStats());
        group.Subcommands.Add(WhyCommand.Create());
        return group;
    }

    private static Command CreateJoin()
    {
        var (channel, invite, welcome) = (Channel(), Credential("invite"), Credential("welcome"));
        return ClientCommand.Create(
            "join",
            "Join a channel.",
            async context =>
            {
                var request = On("join", context, channel);
                await AddAsync(request, context, invite, welcome);
                var name = request.GetString("channel");
                Show(context, await JoinRequest.SendAsync(context, request), $"Joined sidechannel: {name}");
            },
            ownOptions: [channel, invite, welcome]
        );
    }

    private static Command CreateLeave()
    {
        var channel = Channel();
        return ClientCommand.Create(
            "leave",
            "Leave a channel.",
            async context =>
            {
                var left = await context.RequestAsync(On("leave", context, channel));
                var name = left.GetString("channel");
                if (left.GetBoolean("ok") != true)
                    throw new CommandException(ExitCode.Refused, $"The peer is not on '{name}', or cannot leave it.");
                Show(context, left, $"Left sidechannel: {name}");
            },
            ownOptions: [channel]
        );
    }

    private static Command CreateOpen()
    {
        var (channel, invite, welcome) = (Channel(), Credential("invite"), Credential("welcome"));
        Option<string?> via = new("--via")
        {
            Description = "Channel to ask on, instead of the entry channel.",
            HelpName = "channel",
        };
        return ClientCommand.Create(
            "open",
            "Ask the peers of a channel to open another one.",
            async context =>
            {
                var request = On("open", context, channel);
                if (context.Line.GetValue(via) is { } carrier)
                    request["via"] = carrier;
                await AddAsync(request, context, invite, welcome);
                var name = request.GetString("channel");
                Show(context, await context.RequestAsync(request), $"Requested channel: {name}");
            },
            ownOptions: [channel, via, invite, welcome]
        );
    }

    private static Command CreateSend()
    {
        var (channel, invite, welcome) = (Channel(), Credential("invite"), Credential("welcome"));
        Option<string> message = new("--message", "--msg")
        {
            Description = "The text.",
            HelpName = "text",
            Required = true,
        };
        return ClientCommand.Create(
            "send",
            "Send a message, joining the channel if need be.",
            async context =>
            {
                var request = On("send", context, channel);
                request["message"] = context.Line.GetRequiredValue(message);
                await AddAsync(request, context, invite, welcome);
                SendCommand.Show(context, await context.RequestAsync(request));
            },
            ownOptions: [channel, message, invite, welcome]
        );
    }

    private static Command CreateInvite()
    {
        var (channel, welcome) = (Channel(), Credential("welcome"));
        Option<string> invitee = new("--pubkey")
        {
            Description = "Public key of the peer to invite.",
            HelpName = "hex",
            Required = true,
        };
        var ttl = Settings.NumberOption.Create("--ttl", 1, int.MaxValue, fallback: null);
        ttl.Description = "Seconds it is good for, instead of the peer's --sidechannel-invite-ttl.";
        ttl.HelpName = "seconds";
        return ClientCommand.Create(
            "invite",
            "Sign an invite for one peer, and show it as JSON and base64.",
            async context =>
            {
                var request = On("invite", context, channel);
                var key = context.Line.GetRequiredValue(invitee);
                if (!Hyper.Encoding.Bytes32.TryParseHex(key.Trim(), out _))
                    Output.Warn($"'{key}' is no public key (64 hexadecimal digits): nobody can use this invite");
                request["pubkey"] = key;
                if (context.Line.GetValue(ttl) is { } seconds)
                    request["ttl"] = seconds;
                await AddAsync(request, context, welcome);
                ShowSigned(context, await context.RequestAsync(request), "invite");
            },
            ownOptions: [channel, invitee, ttl, welcome]
        );
    }

    private static Command CreateWelcome()
    {
        var channel = Channel();
        Option<string> text = new("--text")
        {
            Description = "A greeting, or the rules of the channel.",
            HelpName = "text",
            Required = true,
        };
        return ClientCommand.Create(
            "welcome",
            "Sign a channel's welcome, and show it as JSON and base64.",
            async context =>
            {
                var request = On("welcome", context, channel);
                request["text"] = context.Line.GetRequiredValue(text);
                ShowSigned(context, await context.RequestAsync(request), "welcome");
            },
            ownOptions: [channel, text]
        );
    }

    private static Command CreateStats() =>
        ClientCommand.Create(
            "stats",
            "Show channels and number of connections.",
            async context =>
            {
                var stats = await context.RequestAsync(new JsObject { ["type"] = "stats" });
                var shown = new JsObject
                {
                    ["channels"] = stats["channels"] ?? JsValue.Null,
                    ["connectionCount"] = stats["connectionCount"] ?? JsValue.Null,
                };
                Show(context, stats, TerminalText.Json(JsJson.Stringify(shown)));
            }
        );

    private static Option<string> Channel() =>
        new("--channel", "--ch")
        {
            Description = "The channel.",
            HelpName = "name",
            Required = true,
        };

    private static Option<string?> Credential(string kind) =>
        new("--" + kind, $"--{kind}_b64") { Description = $"The {kind}: {CredentialForms}", HelpName = kind };

    private static JsObject On(string type, ClientContext context, Option<string> channel) =>
        new() { ["type"] = type, ["channel"] = context.Line.GetRequiredValue(channel) };

    /// <summary>Adds the credentials that were given to a request.</summary>
    private static async Task AddAsync(JsObject request, ClientContext context, params Option<string?>[] options)
    {
        foreach (var option in options)
        {
            if (context.Line.GetValue(option) is not { } text)
                continue;
            var kind = option.Name.TrimStart('-');
            var (credential, reason) = await CredentialArgument.ReadAsync(text);
            request[kind] =
                credential
                ?? throw new CommandException(
                    ExitCode.Usage,
                    $"Invalid {kind}. Pass JSON, base64, or @file: {reason.TrimEnd('.')}."
                );
        }
    }

    private static void Show(ClientContext context, JsObject reply, string line) =>
        context.Output.Result(reply, _ => Console.Out.WriteLine(TerminalText.OneLine(line)));

    private static void ShowSigned(ClientContext context, JsObject reply, string kind) =>
        context.Output.Result(
            reply,
            _ =>
            {
                // Not wrapped, whatever the width: they are there to be copied.
                Console.Out.WriteLine(TerminalText.Json(JsJson.Stringify(reply[kind] ?? JsValue.Null)));
                Console.Out.WriteLine($"{kind}_b64: {reply.GetString(kind + "_b64")}");
            }
        );
}
