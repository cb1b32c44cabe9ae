using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Client;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands;

/// <summary>Makes commands that talk to a running peer.</summary>
internal static class ClientCommand
{
    /// <summary>A command that runs <paramref name="body"/> with a connection to the peer.</summary>
    public static Command Create(
        string name,
        string description,
        Func<ClientContext, Task> body,
        IReadOnlyList<Argument>? arguments = null,
        IReadOnlyList<Option>? ownOptions = null
    )
    {
        var peerName = StoreOptions.CreateName("The peer to talk to; needed when several run.");
        var directory = StoreOptions.CreateDirectory();
        Option<bool> json = new("--json") { Description = "Print one JSON object a line." };

        var command = new Command(name, description);
        foreach (var argument in arguments ?? [])
            command.Arguments.Add(argument);
        foreach (var option in (IEnumerable<Option>)[.. ownOptions ?? [], peerName, directory, json])
            command.Options.Add(option);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                var (store, bridge, token) = RunningPeers.Find(
                    line.GetRequiredValue(directory),
                    line.GetValue(peerName)
                );
                await using var client = await BridgeClient.ConnectAsync(bridge, token, cancellationToken);
                var output = new Output(line.GetValue(json));
                await body(new ClientContext(line, store, client, output, cancellationToken));
                return ExitCode.Done;
            }
        );
        return command;
    }

    /// <summary>A command that sends one request without arguments and shows its reply.</summary>
    public static Command CreateQuery(string name, string description, Action<JsObject, Output> show) =>
        Create(
            name,
            description,
            async context => show(await context.RequestAsync(new JsObject { ["type"] = name }), context.Output)
        );
}
