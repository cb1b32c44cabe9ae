using Hyper.Dht;
using Hyper.Loop;
using Hyper.Swarm;
using Intercom.Bridge;
using Intercom.Node.Store;
using Microsoft.Extensions.Logging;
using Trac.Wallet;

namespace Intercom.Node.Internal;

/// <summary>
/// The parts of a peer while it is being put together. Should one of them fail, those made before are taken down, in the
/// same order as when a whole peer stops.
/// </summary>
internal sealed class PeerParts(PeerOptions options, PeerStore store)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1.8);

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

    public ScBridge? Bridge { get; set; }

    public string? BridgeToken { get; set; }

    /// <summary>Takes everything down that is there. The network's part is given up when it takes too long.</summary>
    public async Task DestroyAsync()
    {
        if (Bridge is not null)
        {
            BridgeFile.Delete(Store);
            await Bridge.DisposeAsync();
        }
        if (BridgeToken is not null)
            Node.Store.BridgeToken.Release(Store, BridgeToken);
        if (Loop is not null)
        {
            try
            {
                await Loop.InvokeAsync(LeaveNetworkAsync).WaitAsync(_patience);
            }
            catch (TimeoutException)
            {
                Options.LoggerFactory.CreateLogger<IntercomPeer>().LogLeaveTimedOut(_patience);
            }
            Loop.Dispose();
            await Loop.Ended;
        }
        Wallet?.Dispose();
        Lock?.Dispose();
    }

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
