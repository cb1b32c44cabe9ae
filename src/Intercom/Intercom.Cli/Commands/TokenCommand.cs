using System.CommandLine;
using System.Globalization;
using Hyper.Encoding.Json;
using Intercom.Bridge;
using Intercom.Cli.Client;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Intercom.Node.Store;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary>
/// <c>intercom token create</c>, <c>list</c> and <c>revoke</c>: credentials of a peer's bridge, in its store. A running peer
/// takes a change within a second.
/// </summary>
internal static class TokenCommand
{
    public static Command Create() =>
        new("token", "Make, list and revoke tokens for the agents of a peer, each for some things only.")
        {
            CreateCreate(),
            CreateList(),
            CreateRevoke(),
        };

    private static Command CreateCreate()
    {
        var scopes = new TokenScopeOptions();
        Option<string?> id = new("--id")
        {
            Description = "Name by which it is listed and revoked (default a random one).",
            HelpName = "name",
        };
        var expires = DurationOption.Create(
            "--expires",
            "When it ends: 90s, 15m, 12h, 1d or 2w from now (default never)."
        );
        var command = Make("create", "Make a token and print it, once.", isMade: true, out var store, out var json);
        scopes.AddTo(command);
        command.Options.Add(id);
        command.Options.Add(expires);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                var token = CredentialToken.Generate();
                var now = TimeProvider.System.GetUtcNow();
                var credential = scopes.Read(line) with
                {
                    Id = line.GetValue(id) is { Length: > 0 } given ? given : CredentialToken.GenerateId(),
                    TokenHash = BridgeCredential.HashOf(token),
                    ExpiresAt = line.GetValue(expires) is { } time ? now + time : null,
                };
                await CredentialFile.AddAsync(
                    store(line),
                    new StoredCredential(credential, now),
                    now,
                    cancellationToken
                );
                var result = Describe(credential);
                result["token"] = token;
                new Output(line.GetValue(json)).Result(result, console => console.WriteLine(token));
                Output.Note($"credential '{credential.Id}': the token above is shown this once and kept nowhere");
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static Command CreateList()
    {
        var command = Make(
            "list",
            "List the credentials; their tokens are not known any more.",
            isMade: false,
            out var store,
            out var json
        );
        command.SetAction(line =>
        {
            var output = new Output(line.GetValue(json));
            var now = TimeProvider.System.GetUtcNow();
            var stored = CredentialFile.Read(store(line));
            if (!output.AsJson)
                Show(stored, now);
            foreach (var credential in output.AsJson ? stored : [])
                output.Result(Describe(credential.Credential), _ => { });
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        Argument<string> id = new("id") { Description = "The credential, as `intercom token list` names it." };
        var command = Make(
            "revoke",
            "End a credential now; clients that use it are cut off.",
            isMade: false,
            out var store,
            out var json
        );
        command.Arguments.Add(id);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                var revoked = line.GetRequiredValue(id);
                if (!await CredentialFile.RemoveAsync(store(line), revoked, cancellationToken))
                    throw new CommandException(
                        ExitCode.Refused,
                        $"There is no credential '{revoked}': see `intercom token list`."
                    );
                new Output(line.GetValue(json)).Result(
                    new JsObject { ["revoked"] = revoked },
                    console => Output.Line(console, $"revoked [blue]{revoked}[/]")
                );
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static Command Make(
        string name,
        string description,
        bool isMade,
        out Func<ParseResult, PeerStore> store,
        out Option<bool> json
    )
    {
        var peerName = StoreOptions.CreateName("The peer it is for; needed when there are several.");
        var directory = StoreOptions.CreateDirectory();
        json = new Option<bool>("--json") { Description = "Print one JSON object a line." };
        store = line => KnownStores.Find(line.GetRequiredValue(directory), line.GetValue(peerName), isMade);
        return new Command(name, description) { peerName, directory, json };
    }

    private static JsObject Describe(BridgeCredential credential)
    {
        var json = new JsObject
        {
            ["id"] = credential.Id,
            ["scopes"] = ToArray(CredentialScopes.ToNames(credential.Scopes)),
        };
        if (credential.ReadChannels is { } read)
            json["readChannels"] = ToArray(read);
        if (credential.SendChannels is { } send)
            json["sendChannels"] = ToArray(send);
        json["expiresAt"] = credential.ExpiresAt is { } end ? end.ToUnixTimeMilliseconds() : JsValue.Null;
        return json;
    }

    private static void Show(IReadOnlyList<StoredCredential> stored, DateTimeOffset now)
    {
        if (stored.Count == 0)
        {
            Output.Note("there are no credentials: make one with `intercom token create`");
            return;
        }
        var table = new Table().Border(TableBorder.Simple).AddColumns("id", "may", "until");
        foreach (var (credential, _) in stored)
            table.AddRow(Shown(credential.Id), Shown(string.Join(", ", May(credential))), Until(credential, now));
        Consoles.Results.Write(table);
    }

    private static IEnumerable<string> May(BridgeCredential credential) =>
        CredentialScopes
            .ToNames(credential.Scopes)
            .Select(scope =>
                (scope, credential.ReadChannels, credential.SendChannels) switch
                {
                    ("read", { } channels, _) => $"read ({string.Join(", ", channels)})",
                    ("send", _, { } channels) => $"send ({string.Join(", ", channels)})",
                    _ => scope,
                }
            );

    private static string Until(BridgeCredential credential, DateTimeOffset now) =>
        credential.ExpiresAt is not { } end ? "it is revoked"
        : end <= now ? "[red]expired[/]"
        : Shown(end.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC");

    private static string Shown(string text) => Markup.Escape(TerminalText.OneLine(text));

    private static JsArray ToArray(IEnumerable<string> texts)
    {
        var array = new JsArray();
        foreach (var text in texts)
            array.Add(text);
        return array;
    }
}
