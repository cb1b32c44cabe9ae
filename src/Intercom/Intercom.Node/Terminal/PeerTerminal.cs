using Hyper.Encoding.Json;
using Intercom.Bridge;
using Intercom.Sidechannels;
using Trac.Wallet;

namespace Intercom.Node.Terminal;

/// <summary>
/// The commands that a person types to a running peer, and that the bridge mirrors where that is switched on. Names,
/// arguments and printed lines are those of the JavaScript version; <c>/sc_leave</c> and <c>/sc_why</c> are ours.
/// </summary>
/// <remarks>
/// Owns nothing and keeps nothing between commands; may be called from any thread. Channels are used on their loop.
/// Sources: Trac-Systems/intercom 964f578, contract/protocol.js, <c>customCommand</c>; Trac-Systems/trac-peer b157f7e,
/// src/terminal. As there, a command is known by its beginning, but for those that take no arguments.
/// </remarks>
public sealed partial class PeerTerminal : IBridgeTerminal
{
    private const string PlanesMissing =
        "/tx /add_indexer /add_writer /remove_writer /remove_indexer /add_admin /update_admin /enable_transactions "
        + "/set_auto_add_writers /set_chat_status /post /set_nick /mute_status /pin_message /unpin_message /set_mod "
        + "/delete_message /enable_whitelist /set_whitelist_status /deploy_subnet /get /msb";

    private static readonly string[] _ofMissingPlanes = PlanesMissing.Split(' ');

    private readonly Sidechannels.Sidechannels _sidechannels;
    private readonly SidechannelOptions _options;
    private readonly Wallet _wallet;
    private readonly Action _exit;
    private readonly (TerminalCommand Command, bool IsWhole, Func<Call, Task> RunAsync)[] _commands;

    internal PeerTerminal(
        Sidechannels.Sidechannels sidechannels,
        SidechannelOptions options,
        Wallet wallet,
        Action exit
    )
    {
        _sidechannels = sidechannels;
        _options = options;
        _wallet = wallet;
        _exit = exit;
        _commands =
        [
            (_join, false, JoinAsync),
            (_leave, false, LeaveAsync),
            (_open, false, OpenAsync),
            (_send, false, SendAsync),
            (_invite, false, InviteAsync),
            (_welcome, false, WelcomeAsync),
            (_scStats, false, ShowChannelsAsync),
            (_why, false, ExplainAsync),
            (_stats, true, ShowStatsAsync),
            (_getKeys, true, ShowKeysAsync),
            (_print, false, PrintAsync),
            (_help, true, HelpAsync),
            (_exitCommand, true, ExitAsync),
        ];
    }

    /// <summary>All commands.</summary>
    public IEnumerable<TerminalCommand> Commands => _commands.Select(known => known.Command);

    /// <summary>Runs one line. Does not throw: what fails is told in the result.</summary>
    /// <param name="line">The command and its arguments.</param>
    /// <param name="tellsSecrets">Whether <c>/get_keys</c> may tell the secret key.</param>
    public async Task<TerminalResult> RunAsync(string line, bool tellsSecrets = true)
    {
        line = line.Trim();
        var known = _commands.FirstOrDefault(one =>
            one.IsWhole ? line == one.Command.Name : line.StartsWith(one.Command.Name, StringComparison.Ordinal)
        );
        if (known.RunAsync is null)
            return Unknown(line);
        if (CommandArguments.TryParse(line) is not { } arguments)
            return new TerminalResult([], [], "A quote is not closed.");
        var call = new Call(known.Command, arguments, tellsSecrets);
        arguments.Know(known.Command.ArgumentNames.Select(name => name[2..]));
        await known.RunAsync(call);
        NotePassedOver(call, known.Command);
        return new TerminalResult(call.Output, call.Notes);
    }

    /// <summary>The JavaScript version passes them over without a word.</summary>
    private static void NotePassedOver(Call call, TerminalCommand command)
    {
        if (call.Arguments.PassedOver.FirstOrDefault() is not ({ } name, var value))
            return;
        List<string> known = [.. command.ArgumentNames];
        var advice =
            known.Count == 0 ? $"{command.Name} takes no arguments"
            : name.StartsWith("--", StringComparison.Ordinal) ? $"{command.Name} takes {string.Join(", ", known)}"
            : value is null && call.Arguments.Get(known[0][2..]) is null
                ? $"a value needs its name before it, as in {command.Name} {known[0]} {Quoted(name)}"
            : "put a text with spaces in quotes";
        call.Note($"passed over '{name}': {advice}");
    }

    async Task<BridgeCommandResult> IBridgeTerminal.RunAsync(string command, bool isOwner)
    {
        var result = await RunAsync(command, tellsSecrets: isOwner);
        return new BridgeCommandResult(result.Error is null ? result.Output : [], result.Error);
    }

    private TerminalResult Unknown(string line)
    {
        var name = line.Split(' ')[0];
        if (Array.Find(_ofMissingPlanes, known => name.StartsWith(known, StringComparison.Ordinal)) is { } missing)
            return new TerminalResult([], [], $"{missing} belongs to the subnet, which is not in this build.");
        // The JavaScript version says nothing at all to what it does not know.
        var note =
            Array.Exists(_commands, one => one.Command.Name == name) ? $"{name} takes no arguments"
            : line.StartsWith('/') ? $"unknown command '{name}': /help lists them"
            : "commands begin with a slash: /help lists them";
        return new TerminalResult([], line.Length == 0 ? [] : [note]);
    }

    private Task<T> OnLoopAsync<T>(Func<T> read) => _sidechannels.Loop.InvokeAsync(() => Task.FromResult(read()));

    private static string Json(JsValue value) => JsJson.Stringify(value);

    /// <summary>One command being run, and what it has said so far.</summary>
    private sealed class Call(TerminalCommand command, CommandArguments arguments, bool tellsSecrets)
    {
        public List<string> Output { get; } = [];

        public List<string> Notes { get; } = [];

        public CommandArguments Arguments => arguments;

        public bool TellsSecrets => tellsSecrets;

        public string? Channel => arguments.Get("channel", "ch", "name");

        public void Print(string line) => Output.Add(line);

        public void Note(string text) => Notes.Add(text);

        public void PrintUsage() => Print(command.Usage);
    }
}
