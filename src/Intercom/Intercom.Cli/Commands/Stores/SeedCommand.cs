using System.CommandLine;
using Hyper.Core;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary><c>intercom core seed</c>: announces cores of a store and serves them until it is stopped.</summary>
internal static class SeedCommand
{
    private static readonly Argument<string[]> _cores = new("core")
    {
        Description = "Names or keys of cores; without any, all of the store.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create() =>
        LocalStore.Create(
            "seed",
            "Announce cores of a store and serve them to whoever knows their keys, until Ctrl-C.",
            createIfMissing: false,
            SeedAsync,
            [_cores],
            isNetworked: true
        );

    private static async Task SeedAsync(LocalStore store)
    {
        List<(Hypercore Core, string? Name)> cores = [];
        try
        {
            await OpenAsync(store, cores);
            await ServeAsync(store, cores);
        }
        finally
        {
            foreach (var (core, _) in cores)
                await core.DisposeAsync();
        }
    }

    private static async Task OpenAsync(LocalStore store, List<(Hypercore Core, string? Name)> cores)
    {
        var names = (store.Line.GetValue(_cores) ?? []).Distinct().ToList();
        foreach (var name in names)
            cores.Add((await store.OpenCoreAsync(name), CoreId.TryDecode(name, out _) ? null : name));
        if (names.Count > 0)
            return;
        foreach (var stored in await store.Storage.ListCoresAsync())
            cores.Add((await store.Names.GetStoredAsync(stored.DiscoveryKey), stored.Name));
        if (cores.Count == 0)
            throw new CommandException(
                ExitCode.Failed,
                "There is no core in the store: make one with `intercom core create`."
            );
    }

    private static async Task ServeAsync(LocalStore store, List<(Hypercore Core, string? Name)> cores)
    {
        // These and no others, whatever else is in the store.
        await using var network = await StoreNetwork.JoinAsync(
            store,
            stream => cores.ForEach(seeded => seeded.Core.Replicate(stream))
        );
        // As a client too: so one that follows the core is found by whoever seeds it next.
        var topics = cores.ConvertAll(seeded => network.Swarm.Join(seeded.Core.DiscoveryKey));
        foreach (var (core, name) in cores)
            ShowSeeded(store.Output, core, name);
        network.Swarm.Connected += (stream, _) => ShowPeers("connected", stream.RemotePublicKey.ToHex());
        network.Swarm.Disconnected += (stream, _, _) => ShowPeers("disconnected", stream.RemotePublicKey.ToHex());
        try
        {
            var announced = await Task.WhenAll(topics.Select(topic => topic.FlushedAsync()))
                .WaitAsync(store.CancellationToken);
            ShowAnnounced(store.Output, announced.Count(isDone => isDone), cores.Count);
            await Lifetime.UntilCancelledAsync(store.CancellationToken);
        }
        catch (OperationCanceledException) when (store.CancellationToken.IsCancellationRequested)
        {
            // Asked to end while the first announcement was on its way.
        }
        Output.Note("stopping");

        void ShowPeers(string what, string peer)
        {
            var count = network.Swarm.Connections.Count;
            var json = new JsObject
            {
                ["type"] = what,
                ["peer"] = peer,
                ["peers"] = count,
            };
            store.Output.Result(
                json,
                console => Output.Line(console, $"{what} {peer[..16]}, {TransferProgress.PeersText(count)}")
            );
        }
    }

    private static void ShowSeeded(Output output, Hypercore core, string? name)
    {
        var json = new JsObject
        {
            ["type"] = "seeding",
            ["name"] = name,
            ["key"] = core.Key.ToHex(),
            ["id"] = CoreId.Encode(core.Key),
            ["length"] = core.Length,
        };
        output.Result(
            json,
            console =>
                Output.Line(
                    console,
                    $"[blue]{name ?? "(no name)"}[/] {CoreId.Encode(core.Key)}, {core.ContiguousLength} of {core.Length} blocks"
                )
        );
    }

    private static void ShowAnnounced(Output output, int announced, int all)
    {
        if (announced < all)
            Output.Warn(
                $"{all - announced} of {all} cores could not be announced: check the network and firewall (UDP out), or name "
                    + "other DHT nodes with --dht-bootstrap. Trying on."
            );
        var json = new JsObject { ["type"] = "announced", ["cores"] = announced };
        output.Result(json, console => Output.Line(console, $"announced {announced} of {all} cores; Ctrl-C stops"));
    }
}
