using System.CommandLine;
using System.Diagnostics;
using Hyper.Dht;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Intercom.Cli.Client;
using Intercom.Cli.Terminal;
using Intercom.Node;
using Intercom.Sidechannels;
using Spectre.Console;

namespace Intercom.Cli.Commands;

/// <summary>
/// <c>intercom demo</c>: a DHT, two peers and a short exchange through their bridges, all on this machine. Exits with 0
/// only if every message arrived, so it is also the quickest check of an installation.
/// </summary>
internal static class DemoCommand
{
    private const string EntryChannel = "0000intercom";
    private const string ExtraChannel = "demo";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var command = new Command("demo", "Run a DHT and two peers on this machine and let them talk.");
        command.SetAction(
            async (_, cancellationToken) =>
            {
                var folder = Directory.CreateTempSubdirectory("intercom-demo-").FullName;
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(_patience);
                try
                {
                    await RunAsync(folder, limit.Token);
                    return ExitCode.Done;
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw new CommandException(
                        ExitCode.Failed,
                        $"The demo was not done within {_patience.TotalSeconds:0} s."
                    );
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        );
        return command;
    }

    private static async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        void Step(string text) => Output.Line(Consoles.Results, $"[grey]{clock.Elapsed.TotalSeconds:0.00} s[/] {text}");

        using var loop = new NetworkLoop();
        var dht = await loop.InvokeAsync(() => HyperDhtTestnet.CreateAsync(loop, LocalDht.DefaultNodes));
        Step($"a DHT of {dht.Nodes.Count} nodes runs, bootstrap {dht.Bootstrap[0]}");

        await using var alice = await StartPeerAsync("alice");
        await using var bob = await StartPeerAsync("bob");
        await using var toAlice = await ConnectAsync(alice);
        await using var toBob = await ConnectAsync(bob);

        await ExchangeAsync(toAlice, toBob, EntryChannel, "hello bob, this is alice", Step, cancellationToken);
        await ExchangeAsync(toBob, toAlice, EntryChannel, "hello alice, bob here", Step, cancellationToken);
        await ExchangeAsync(toAlice, toBob, ExtraChannel, "and on a channel of our own", Step, cancellationToken);
        await ExchangeAsync(toBob, toAlice, ExtraChannel, "with nobody in between", Step, cancellationToken);

        await Task.WhenAll(alice.StopAsync(), bob.StopAsync());
        await loop.InvokeAsync(dht.DestroyAsync);
        Step("every message arrived, signed and verified; all stopped");

        async Task<IntercomPeer> StartPeerAsync(string name)
        {
            var peer = await IntercomPeer.StartAsync(
                new PeerOptions
                {
                    StoresDirectory = folder,
                    StoreName = name,
                    DhtBootstrap = dht.Bootstrap,
                    Sidechannels = new SidechannelOptions { Channels = [ExtraChannel], WelcomeRequired = false },
                    Bridge = new Bridge.BridgeOptions { Token = "", Port = 0 },
                },
                cancellationToken
            );
            Step($"{name} is up: {peer.Wallet.Address.Text}, bridge {peer.BridgeUrl}");
            return peer;
        }

        async Task<BridgeClient> ConnectAsync(IntercomPeer peer)
        {
            var (_, bridge, token) = RunningPeers.Find(folder, peer.Store.Name);
            return await BridgeClient.ConnectAsync(bridge, token, cancellationToken);
        }
    }

    /// <summary>Sends until the message reaches a peer, then waits for it on the other side.</summary>
    private static async Task ExchangeAsync(
        BridgeClient from,
        BridgeClient to,
        string channel,
        string text,
        Action<string> step,
        CancellationToken cancellationToken
    )
    {
        var request = new JsObject
        {
            ["type"] = "send",
            ["channel"] = channel,
            ["message"] = text,
        };
        while ((await from.RequestAsync(request, cancellationToken)).GetNumber("peers") is not > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        await foreach (var received in to.Events.ReadAllAsync(cancellationToken))
        {
            if (received["message"] is not JsString { Value: var got } || got != text)
                continue;
            if (received.GetBoolean("verified") != true)
                throw new CommandException(ExitCode.Failed, $"'{text}' arrived, but its signature does not verify.");
            step($"[{channel}] \"{text}\" arrived");
            return;
        }
        throw new CommandException(ExitCode.Failed, $"'{text}' did not arrive: the bridge closed.");
    }
}
