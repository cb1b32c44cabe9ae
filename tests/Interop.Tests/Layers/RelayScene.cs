using Hyper.Dht;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A DHT of ours with a relay, and a peer of each side that takes itself for firewalled.</summary>
internal sealed class RelayScene : IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly JsPartner _partner;
    private readonly DhtNetwork _network;

    private RelayScene(OurLoop loop, JsPartner partner, DhtNetwork network) =>
        (_loop, _partner, _network) = (loop, partner, network);

    /// <summary>Where the peers meet.</summary>
    public required MeetingPlace Relay { get; init; }

    /// <summary>Our peer.</summary>
    public required OurNode Ours { get; init; }

    /// <summary>The partner's.</summary>
    public required JsNode Theirs { get; init; }

    /// <summary>What one of ours sets to name the relay.</summary>
    public DhtRelaySelector Choice => DhtRelays.Always(Bytes32.FromHex(Relay.PublicKey));

    /// <param name="partners">Starts the partner.</param>
    /// <param name="set">Of which packages.</param>
    /// <param name="relayOwner">Whose relay.</param>
    public static async Task<RelayScene> StartAsync(NodePartners partners, PartnerSet set, NetworkOwner relayOwner)
    {
        var loop = new OurLoop();
        var partner = await partners.StartAsync(set);
        var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        return new RelayScene(loop, partner, network)
        {
            Relay = await MeetingPlace.StartAsync(relayOwner, loop, partner, network),
            Ours = await OurNode.StartAsync(loop, network.Bootstrap, isFirewalled: true),
            Theirs = await JsNode.StartAsync(partner, network.Bootstrap, isFirewalled: true),
        };
    }

    /// <summary>Our server, which tells no local address and names the relay if asked to.</summary>
    public Task<OurServer> ListenAsync(bool namesRelay) =>
        Ours.ListenAsync(
            Seeds.A,
            StreamMode.Echo,
            options: new DhtServerOptions { ShareLocalAddress = false, RelayThrough = namesRelay ? Choice : null }
        );

    /// <summary>Waits until our stream that began at the relay has left it for a direct path.</summary>
    public Task MovedAsync() =>
        Until.TrueAsync(
            () => _loop.RunAsync(() => Ours.Dht.RelayStatistics is { Upgrades: 1, Active: 0 }),
            "the stream to be moved to a direct path"
        );

    public async ValueTask DisposeAsync()
    {
        await Ours.DisposeAsync();
        await Relay.DisposeAsync();
        await _network.DisposeAsync();
        await _partner.DisposeAsync();
        await _loop.DisposeAsync();
    }
}
