using Hyper.Dht;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Swarms whose connections need a relay, which either of them names.</summary>
public sealed class SwarmRelayInteropTests(NodePartners partners)
{
    private const int Bytes = 1 << 18;

    private static readonly string _topic = Seeds.Of(0x5e);

    /// <summary>The set, whose relay, and whether the swarm that accepts names it.</summary>
    public static TheoryData<PartnerSet, NetworkOwner, bool> Cases => BlindRelayInteropTests.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Our_swarm_meets_theirs_at_a_relay(PartnerSet set, NetworkOwner relayOwner, bool isNamedByServer)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var relay = await MeetingPlace.StartAsync(relayOwner, loop, partner, network);
        var theirs = await JsSwarm.StartAsync(
            partner,
            network.Bootstrap,
            StreamMode.Echo,
            relayThrough: isNamedByServer ? relay.PublicKey : null,
            relayOnly: relay.PublicKey
        );
        await theirs.JoinAsync(_topic, client: false);
        await using var ours = await OurSwarm.StartAsync(
            loop,
            network.Bootstrap,
            Seeds.A,
            isFirewalled: true,
            relayThrough: isNamedByServer ? null : DhtRelays.Always(Bytes32.FromHex(relay.PublicKey))
        );
        await ours.JoinAsync(_topic, server: false);

        using var connection = await ours.ConnectionAsync();
        Assert.Equal(theirs.PublicKey, connection.RemotePublicKey);
        Assert.Equal(ours.PublicKey, (await theirs.ConnectionAsync()).RemotePublicKey);
        await relay.JoinedAsync();
        await connection.Stream.WriteAsync(Bytes, seed: 3);
        Assert.Equal(Pattern.HashOf(3, Bytes), (await connection.Stream.WaitAsync(Bytes)).Sha256);
        Assert.Equal((1L, 1), await loop.RunAsync(() => (ours.Relays.Successes, ours.Relays.Active)));
        await theirs.DestroyAsync();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Their_swarm_meets_ours_at_a_relay(PartnerSet set, NetworkOwner relayOwner, bool isNamedByServer)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var relay = await MeetingPlace.StartAsync(relayOwner, loop, partner, network);
        await using var ours = await OurSwarm.StartAsync(
            loop,
            network.Bootstrap,
            Seeds.A,
            StreamMode.Echo,
            isFirewalled: true,
            relayThrough: isNamedByServer ? DhtRelays.Always(Bytes32.FromHex(relay.PublicKey)) : null
        );
        await ours.JoinAsync(_topic, client: false);
        var theirs = await JsSwarm.StartAsync(
            partner,
            network.Bootstrap,
            relayThrough: isNamedByServer ? null : relay.PublicKey,
            relayOnly: relay.PublicKey
        );
        await theirs.JoinAsync(_topic, server: false);

        var connection = await theirs.ConnectionAsync();
        Assert.Equal(ours.PublicKey, connection.RemotePublicKey);
        using var accepted = await ours.ConnectionAsync();
        Assert.Equal(theirs.PublicKey, accepted.RemotePublicKey);
        await relay.JoinedAsync();
        await connection.Stream.WriteAsync(Bytes, seed: 4);
        Assert.Equal(Pattern.HashOf(4, Bytes), (await connection.Stream.WaitAsync(Bytes)).Sha256);
        Assert.Equal((1L, 1), await loop.RunAsync(() => (ours.Relays.Successes, ours.Relays.Active)));
        await theirs.DestroyAsync();
    }
}
