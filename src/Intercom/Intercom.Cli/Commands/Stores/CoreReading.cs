using System.CommandLine;
using Hyper.Core;
using Hyper.Swarm;

namespace Intercom.Cli.Commands.Stores;

/// <summary>A core that a command reads: from the store alone, or from its peers too if the line says so.</summary>
internal sealed class CoreReading : IAsyncDisposable
{
    private readonly StoreNetwork? _network;

    private CoreReading(Hypercore core, StoreNetwork? network) => (Core, _network) = (core, network);

    /// <summary>Go on with what comes, which only peers can bring: this command has the store open.</summary>
    public static Option<bool> Follow { get; } =
        new("--follow") { Description = "Go on with what comes from peers, until Ctrl-C; says --remote too." };

    public Hypercore Core { get; }

    /// <summary>Whether the line asks for peers.</summary>
    public static bool IsRemote(ParseResult line) => line.GetValue(NetworkOptions.Remote) || line.GetValue(Follow);

    /// <summary>Opens the core that the line names; if peers are asked for, one of them has been found then.</summary>
    public static async Task<CoreReading> OpenAsync(LocalStore store, bool createIfMissing = false)
    {
        var core = await store.OpenCoreAsync(createIfMissing);
        if (!IsRemote(store.Line))
            return new CoreReading(core, null);
        var patience = store.Patience ?? NetworkOptions.DefaultPatience;
        var network = await StoreNetwork.JoinAsync(store, core.Replicate);
        try
        {
            network.Swarm.Join(core.DiscoveryKey, new JoinOptions { Server = store.Line.GetValue(Follow) });
            await network.FindAsync(core, patience, store.CancellationToken);
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
        core.Reads = new GetOptions { Timeout = patience };
        return new CoreReading(core, network);
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        if (_network is not null)
            await _network.DisposeAsync();
    }
}
