using Hyper.Dht.Rpc;
using Hyper.Loop;
using Intercom.Node.Internal;
using Intercom.Node.Store;
using Intercom.Node.Terminal;
using Trac.Wallet;

namespace Intercom.Node;

/// <summary>
/// One running peer: store, keys, event loop, DHT node, swarm, sidechannels and bridge, made in that order and taken down
/// in the reverse one.
/// </summary>
/// <remarks>
/// Everything on the network belongs to one loop, which this class owns; its members may be called from any thread.
/// <see cref="StartAsync"/> returns when the bridge listens; whether the network has been reached is told by
/// <see cref="NetworkStateAsync"/>, so that a peer without a network is a peer that waits for it, not one that fails.
/// </remarks>
public sealed partial class IntercomPeer : IAsyncDisposable
{
    private readonly PeerParts _parts;
    private Task? _stopped;

    private IntercomPeer(PeerParts parts) => _parts = parts;

    /// <summary>What it was made with.</summary>
    public PeerOptions Options => _parts.Options;

    /// <summary>Its folder.</summary>
    public PeerStore Store => _parts.Store;

    /// <summary>Its keys.</summary>
    public Wallet Wallet => _parts.Wallet!;

    /// <summary>Its channels; to be used on <see cref="Loop"/>.</summary>
    public Sidechannels.Sidechannels Sidechannels => _parts.Sidechannels!;

    /// <summary>The commands that a person can give it.</summary>
    public PeerTerminal Terminal => _parts.Terminal!;

    /// <summary>Completes when a command has asked it to stop, which is left to the owner.</summary>
    public Task ExitRequested => _parts.ExitRequested.Task;

    /// <summary>The loop that owns everything on the network.</summary>
    public EventLoop Loop => _parts.Loop!;

    /// <summary>Whether the DHT of this machine runs in this process.</summary>
    public bool RunsLocalDht => _parts.LocalDht?.IsHost == true;

    /// <summary>Completes when the DHT was reached, or with <see cref="DhtNodeState.Isolated"/> when nobody answered yet.</summary>
    public Task<DhtNodeState> NetworkStateAsync(CancellationToken cancellationToken = default) =>
        Loop.InvokeAsync(() => _parts.Dht!.FullyBootstrappedAsync(cancellationToken));

    /// <summary>Completes when the DHT has been reached, however long that takes.</summary>
    public Task NetworkReadyAsync(CancellationToken cancellationToken = default) =>
        Loop.InvokeAsync(() => _parts.Dht!.Rpc.ReadyAsync(cancellationToken));

    /// <summary>Completes when the channels' topics have been announced and looked up once.</summary>
    public Task TopicsFlushedAsync() => Loop.InvokeAsync(_parts.Adapter!.FlushedAsync);

    /// <summary>Leaves the network properly and frees everything; takes two seconds at most.</summary>
    public Task StopAsync()
    {
        lock (_parts)
            return _stopped ??= Task.Run(_parts.DestroyAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();
}
