using Hyper.Core;
using Hyper.Dht;
using Hyper.Dht.Rpc;
using Hyper.SecretStream;
using Hyper.Swarm;
using Intercom.Cli.Terminal;
using Intercom.Node;

namespace Intercom.Cli.Commands.Stores;

/// <summary>
/// The network while a command shares cores of a store: a swarm whose topics are the discovery keys of the cores, as
/// JavaScript apps have it. Belongs to the loop of the store, and goes before it.
/// </summary>
internal sealed class StoreNetwork : IAsyncDisposable
{
    /// <summary>How often a core that has no block yet is looked at again.</summary>
    private static readonly TimeSpan _retry = TimeSpan.FromMilliseconds(250);

    private readonly LocalDht? _local;
    private readonly HyperDht _dht;
    private Task<DhtNodeState> _state = Task.FromResult(DhtNodeState.Bootstrapping);

    private StoreNetwork(LocalDht? local, HyperDht dht, Hyperswarm swarm) =>
        (_local, _dht, Swarm) = (local, dht, swarm);

    public Hyperswarm Swarm { get; }

    /// <summary>Makes a swarm on the network that the command line names.</summary>
    /// <param name="store">The store of the command.</param>
    /// <param name="replicate">Takes each new connection.</param>
    public static async Task<StoreNetwork> JoinAsync(LocalStore store, Action<NoiseSecretStream> replicate)
    {
        var loop = store.Storage.Loop;
        var local = store.Network.LocalDhtPort is { } port
            ? await LocalDht.JoinAsync(
                loop,
                port,
                () => Output.Note("runs the DHT of this machine from now on"),
                error => Output.Note($"cannot run the DHT of this machine, which nobody runs: {error.Message}")
            )
            : null;
        var dht = HyperDht.Create(loop, store.Network.GetDhtOptions());
        var network = new StoreNetwork(local, dht, Hyperswarm.Create(dht, (stream, _) => replicate(stream)));
        network._state = dht.FullyBootstrappedAsync(store.CancellationToken);
        return network;
    }

    /// <summary>Waits for a peer of the core, and learns from it how long the core is.</summary>
    /// <param name="core">The core, whose topic has been joined.</param>
    /// <param name="patience">How long to wait, at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandException">There is no peer in time, or none that has a block.</exception>
    public async Task FindAsync(Hypercore core, TimeSpan patience, CancellationToken cancellationToken)
    {
        var time = Swarm.Loop.Time;
        var startedAt = time.GetTimestamp();
        // While it is so, an update waits for the first peer.
        using var finding = core.FindingPeers();
        try
        {
            await core.UpdateAsync(patience, cancellationToken);
            while (core.Length == 0)
            {
                if (patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(startedAt) > patience)
                    throw NotFound(core, patience);
                await Task.Delay(_retry, time, cancellationToken);
                await core.UpdateAsync(patience, cancellationToken);
            }
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.RequestTimeout)
        {
            throw NotFound(core, patience);
        }
    }

    /// <summary>Leaves the network: what was announced is taken back, within about a second.</summary>
    public async ValueTask DisposeAsync()
    {
        await Swarm.DestroyAsync();
        await _dht.DestroyAsync();
        if (_local is not null)
            await _local.DisposeAsync();
    }

    private CommandException NotFound(Hypercore core, TimeSpan patience)
    {
        var id = CoreId.Encode(core.Key);
        var waited = $"{patience.TotalSeconds:0} s";
        var (peers, connections) = (core.Peers.Count, Swarm.Connections.Count);
        return new CommandException(
            ExitCode.NoSuchPeer,
            peers > 0 ? $"None of {peers} peers had a block of core {id} within {waited}."
                : connections > 0
                    ? $"None of {connections} connections offered core {id} within {waited}: is that the key of what they share?"
                : IsIsolated
                    ? $"No peer of core {id} was found within {waited}, and no bootstrap node of the DHT has answered: "
                        + "check the network and firewall (UDP out), or name other nodes with --dht-bootstrap."
                : $"No peer of core {id} was found within {waited}: is the key right, does somebody seed the core, and "
                    + "on the same network (--local, --dht-bootstrap)?"
        );
    }

    private bool IsIsolated => _state is { IsCompletedSuccessfully: true, Result: DhtNodeState.Isolated };
}
