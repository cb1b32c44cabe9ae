using Hyper.Dht;
using Hyper.Loop;
using Hyper.Swarm;
using Intercom.Bridge;
using Intercom.Node.Store;
using Intercom.Node.Terminal;
using Microsoft.Extensions.Logging;
using Trac.Wallet;

namespace Intercom.Node.Internal;

/// <summary>
/// The parts of a peer while it is being put together. Should one of them fail, those made before are taken down, in the
/// same order as when a whole peer stops.
/// </summary>
internal sealed class PeerParts(PeerOptions options, PeerStore store)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1.5);

    private ILogger Logger => Options.LoggerFactory.CreateLogger<IntercomPeer>();

    public PeerOptions Options { get; } = options;

    public PeerStore Store { get; } = store;

    public PeerStoreLock? Lock { get; set; }

    public NetworkLoop? Loop { get; set; }

    public LocalDht? LocalDht { get; set; }

    public HyperDht? Dht { get; set; }

    public Hyperswarm? Swarm { get; set; }

    public SwarmAdapter? Adapter { get; set; }

    public Wallet? Wallet { get; set; }

    public Sidechannels.Sidechannels? Sidechannels { get; set; }

    public PeerTerminal? Terminal { get; set; }

    /// <summary>Set when a command has asked for the end.</summary>
    public TaskCompletionSource ExitRequested { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScBridge? Bridge { get; set; }

    public CredentialWatch? Credentials { get; set; }

    public AuditFile? Audit { get; set; }

    public string? BridgeToken { get; set; }

    /// <summary>
    /// Takes everything down that is there: the bridge and the network side by side, each given up when it takes too long,
    /// then what both stand on. What fails does not keep the rest from going.
    /// </summary>
    public async Task DestroyAsync()
    {
        if (Bridge is not null)
            BridgeFile.Delete(Store);
        if (BridgeToken is not null)
            Node.Store.BridgeToken.Release(Store, BridgeToken);
        await Task.WhenAll(
            WithPatienceAsync("bridge", CloseBridgeAsync),
            WithPatienceAsync("network", () => Loop?.InvokeAsync(LeaveNetworkAsync))
        );
        if (Loop is not null)
        {
            Loop.Dispose();
            await Loop.Ended;
        }
        Wallet?.Dispose();
        Lock?.Dispose();
    }

    /// <summary>What the clients did last is still written down.</summary>
    private async Task CloseBridgeAsync()
    {
        if (Credentials is not null)
            await Credentials.DisposeAsync();
        if (Bridge is not null)
            await Bridge.DisposeAsync();
        if (Audit is not null)
            await Audit.DisposeAsync();
    }

    private async Task WithPatienceAsync(string part, Func<Task?> stop)
    {
        try
        {
            if (stop() is { } stopping)
                await stopping.WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            Logger.LogStopTimedOut(part, _patience);
        }
        catch (Exception error)
        {
            Logger.LogStopFailed(part, error);
        }
    }

    /// <summary>The swarm needs the DHT node to be forgotten by others, and both need the DHT of this machine if it runs here.</summary>
    private async Task LeaveNetworkAsync()
    {
        Sidechannels?.Dispose();
        if (Swarm is not null)
            await Swarm.DestroyAsync();
        if (Dht is not null)
            await Dht.DestroyAsync();
        if (LocalDht is not null)
            await LocalDht.StopAsync();
    }
}
