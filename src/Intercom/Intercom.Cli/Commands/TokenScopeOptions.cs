using System.CommandLine;
using Intercom.Bridge;

namespace Intercom.Cli.Commands;

/// <summary>What a token is to allow, as options: one for each scope.</summary>
internal sealed class TokenScopeOptions
{
    private readonly Option<string[]> _read = Channels("--read", "Get messages, of these channels or of all.");
    private readonly Option<string[]> _send = Channels("--send", "Send, to these channels or to all.");
    private readonly Option<bool> _channels = new("--channels") { Description = "Join, leave and open channels." };
    private readonly Option<bool> _inspect = new("--inspect") { Description = "See keys, peers and counters." };
    private readonly Option<bool> _cli = new("--cli")
    {
        Description = "Run terminal commands, where the bridge lets anybody.",
    };

    private readonly Option<bool> _invite = new("--invite") { Description = "Sign invites and welcomes as the peer." };

    private readonly Option<bool> _explain = new("--explain") { Description = "Ask why channels are silent." };

    public void AddTo(Command command)
    {
        foreach (var option in (IEnumerable<Option>)[_read, _send, _channels, _inspect, _cli, _invite, _explain])
            command.Options.Add(option);
    }

    /// <summary>What was asked for, in a credential that has neither id nor token yet.</summary>
    /// <exception cref="CommandException">It would allow nothing.</exception>
    public BridgeCredential Read(ParseResult line)
    {
        var scopes =
            Given(line, _read, BridgeScopes.Read)
            | Given(line, _send, BridgeScopes.Send)
            | When(line, _channels, BridgeScopes.Channels)
            | When(line, _inspect, BridgeScopes.Inspect)
            | When(line, _cli, BridgeScopes.Cli)
            | When(line, _invite, BridgeScopes.Invite)
            | When(line, _explain, BridgeScopes.Explain);
        if (scopes == BridgeScopes.None)
            throw new CommandException(
                ExitCode.Usage,
                "Say what the token allows: --read [channels], --send [channels], --channels, --inspect, --cli, --invite, --explain."
            );
        return new BridgeCredential
        {
            Id = "",
            TokenHash = default,
            Scopes = scopes,
            ReadChannels = ChannelsOf(line, _read),
            SendChannels = ChannelsOf(line, _send),
        };
    }

    private static BridgeScopes When(ParseResult line, Option<bool> option, BridgeScopes scope) =>
        line.GetValue(option) ? scope : BridgeScopes.None;

    private static BridgeScopes Given(ParseResult line, Option<string[]> option, BridgeScopes scope) =>
        line.GetResult(option) is null ? BridgeScopes.None : scope;

    /// <summary>The channels named; null, for all, when none is.</summary>
    private static string[]? ChannelsOf(ParseResult line, Option<string[]> option)
    {
        var names = (line.GetValue(option) ?? [])
            .SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return names.Length == 0 ? null : names;
    }

    private static Option<string[]> Channels(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "channel,…",
            Arity = ArgumentArity.ZeroOrMore,
        };
}
