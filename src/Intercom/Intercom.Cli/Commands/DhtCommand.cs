using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Hyper.Dht;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Intercom.Node;

namespace Intercom.Cli.Commands;

/// <summary><c>intercom dht</c>: a small DHT in one process, for peers of one machine or one laboratory.</summary>
internal static class DhtCommand
{
    private const int MaxNodes = 256;

    public static Command Create()
    {
        Option<string> host = new("--host")
        {
            Description = "IPv4 address to bind to and to be reached at.",
            HelpName = "address",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var port = NumberOption.Create("--port", 0, ushort.MaxValue, HyperDhtOptions.DefaultPort);
        port.Description = "UDP port of the first node, the bootstrap; the others take any.";
        port.HelpName = "port";
        var nodes = NumberOption.Create("--nodes", 1, MaxNodes, LocalDht.DefaultNodes);
        nodes.Description = "Number of nodes; with fewer than three, peers do not find each other.";
        nodes.HelpName = "number";
        Option<bool> json = new("--json") { Description = "Print one JSON object a line." };
        var command = new Command("dht", "Run a small DHT in this process until Ctrl-C.") { host, port, nodes, json };
        command.SetAction(
            async (line, cancellationToken) =>
            {
                await RunAsync(
                    ReadHost(line.GetRequiredValue(host)),
                    (ushort)line.GetValue(port)!.Value,
                    line.GetValue(nodes)!.Value,
                    new Output(line.GetValue(json)),
                    cancellationToken
                );
                return ExitCode.Done;
            }
        );
        return command;
    }

    private static async Task RunAsync(
        IPAddress host,
        ushort port,
        int nodes,
        Output output,
        CancellationToken cancellationToken
    )
    {
        using var loop = new NetworkLoop();
        var testnet = await StartAsync(loop, host, port, nodes);
        var bootstrap = testnet.Bootstrap[0].ToString();
        var ready = new JsObject
        {
            ["type"] = "ready",
            ["bootstrap"] = bootstrap,
            ["nodes"] = nodes,
        };
        output.Result(
            ready,
            console =>
            {
                Output.Line(console, $"DHT of {nodes} nodes, bootstrap [blue]{bootstrap}[/]");
                Output.Note($"use it with: intercom up --dht-bootstrap {bootstrap}    Ctrl-C stops");
            }
        );
        await Lifetime.UntilCancelledAsync(cancellationToken);
        await loop.InvokeAsync(testnet.DestroyAsync);
    }

    private static async Task<HyperDhtTestnet> StartAsync(NetworkLoop loop, IPAddress host, ushort port, int nodes)
    {
        try
        {
            return await loop.InvokeAsync(() => HyperDhtTestnet.CreateAsync(loop, nodes, host, port));
        }
        catch (SocketException error)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"UDP {host}:{port} cannot be used ({error.Message}): choose another --port, or stop what uses it."
            );
        }
    }

    private static IPAddress ReadHost(string text) =>
        IPAddress.TryParse(text, out var host)
        && host.AddressFamily == AddressFamily.InterNetwork
        && !host.Equals(IPAddress.Any)
            ? host
            : throw new CommandException(
                ExitCode.Usage,
                $"--host: '{text}' is not allowed here; allowed is one IPv4 address of this machine."
            );
}
