using Hyper.Dht;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Connections over a relay of ours or of a partner's, and their move to a direct path.</summary>
public sealed class BlindRelayInteropTests(NodePartners partners)
{
    private const int Bytes = 1 << 20;

    /// <summary>The set, whose relay, and whether the server names it.</summary>
    public static TheoryData<PartnerSet, NetworkOwner, bool> Cases
    {
        get
        {
            var data = new TheoryData<PartnerSet, NetworkOwner, bool>();
            foreach (var set in (PartnerSet[])[PartnerSet.Pinned, PartnerSet.Newest])
            {
                foreach (var owner in (NetworkOwner[])[NetworkOwner.Ours, NetworkOwner.Theirs])
                {
                    data.Add(set, owner, false);
                    data.Add(set, owner, true);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task We_meet_their_server_at_a_relay(PartnerSet set, NetworkOwner relayOwner, bool isNamedByServer)
    {
        await using var scene = await RelayScene.StartAsync(partners, set, relayOwner);
        // It takes no part in punching, and tells no local address.
        var server = await scene.Theirs.ListenAsync(
            Seeds.B,
            StreamMode.Echo,
            options: new { holepunch = false, shareLocalAddress = false },
            relayThrough: isNamedByServer ? scene.Relay.PublicKey : null
        );
        var report = new DhtConnectReport();

        using var connection = await scene.Ours.ConnectAsync(
            server.PublicKey,
            new DhtConnectOptions
            {
                LocalConnection = false,
                RelayThrough = isNamedByServer ? null : scene.Choice,
                Report = report,
            }
        );

        var accepted = await server.AcceptAsync();
        Assert.Equal(scene.Ours.PublicKey, accepted.RemotePublicKey);
        Assert.Equal(DhtConnectPhase.Relay, report.Path);
        await scene.Relay.JoinedAsync();
        await EchoAsync(connection.Stream);
        Assert.Equal(1, scene.Ours.Dht.RelayStatistics.Active);
        await connection.Stream.EndAsync();
        Assert.Null(await connection.Stream.ClosedAsync());
        Assert.Null(await accepted.Stream.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task They_meet_our_server_at_a_relay(PartnerSet set, NetworkOwner relayOwner, bool isNamedByServer)
    {
        await using var scene = await RelayScene.StartAsync(partners, set, relayOwner);
        var server = await scene.ListenAsync(isNamedByServer);

        var stream = await scene.Theirs.ConnectAsync(
            server.PublicKey,
            options: new { localConnection = false, fastOpen = false },
            relayThrough: isNamedByServer ? null : scene.Relay.PublicKey,
            punches: false
        );

        using var accepted = await server.AcceptAsync();
        Assert.Equal(scene.Theirs.PublicKey, accepted.RemotePublicKey);
        await scene.Relay.JoinedAsync();
        await stream.WriteAsync(Bytes, seed: 12, chunk: 5_000);
        Assert.Equal(Pattern.HashOf(12, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
        Assert.Equal(1, scene.Ours.Dht.RelayStatistics.Active);
        await stream.EndAsync();
        Assert.Null(await stream.ClosedAsync());
        Assert.Null(await accepted.Stream.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task We_move_from_the_relay_to_a_direct_path(
        PartnerSet set,
        NetworkOwner relayOwner,
        bool isNamedByServer
    )
    {
        await using var scene = await RelayScene.StartAsync(partners, set, relayOwner);
        var server = await scene.Theirs.ListenAsync(
            Seeds.B,
            StreamMode.Echo,
            options: new { shareLocalAddress = false },
            relayThrough: isNamedByServer ? scene.Relay.PublicKey : null
        );
        var report = new DhtConnectReport();

        using var connection = await scene.Ours.ConnectAsync(
            server.PublicKey,
            new DhtConnectOptions
            {
                LocalConnection = false,
                FastOpen = false,
                PunchDelay = TimeSpan.FromSeconds(1),
                RelayThrough = isNamedByServer ? null : scene.Choice,
                Report = report,
            }
        );

        await server.AcceptAsync();
        Assert.Equal(DhtConnectPhase.Relay, report.Path);
        await scene.Relay.JoinedAsync();
        await scene.MovedAsync();
        await EchoAsync(connection.Stream);
        Assert.Equal(DhtConnectPhase.Punch, report.UpgradedTo);
        Assert.Equal(0, scene.Ours.Dht.RelayStatistics.Returns);
        await connection.Stream.EndAsync();
        Assert.Null(await connection.Stream.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task They_move_from_the_relay_to_a_direct_path(
        PartnerSet set,
        NetworkOwner relayOwner,
        bool isNamedByServer
    )
    {
        await using var scene = await RelayScene.StartAsync(partners, set, relayOwner);
        var server = await scene.ListenAsync(isNamedByServer);
        await scene.Theirs.DelayPunchingAsync(TimeSpan.FromSeconds(1));

        var stream = await scene.Theirs.ConnectAsync(
            server.PublicKey,
            options: new { localConnection = false, fastOpen = false },
            relayThrough: isNamedByServer ? null : scene.Relay.PublicKey
        );

        using var accepted = await server.AcceptAsync();
        Assert.Equal(scene.Theirs.PublicKey, accepted.RemotePublicKey);
        await scene.Relay.JoinedAsync();
        await scene.MovedAsync();
        await stream.WriteAsync(Bytes, seed: 13, chunk: 5_000);
        Assert.Equal(Pattern.HashOf(13, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
        Assert.Equal(0, scene.Ours.Dht.RelayStatistics.Returns);
        await scene.Relay.LeftAsync();
        await stream.EndAsync();
        Assert.Null(await stream.ClosedAsync());
        Assert.Null(await accepted.Stream.ClosedAsync());
    }

    private static async Task EchoAsync(OurMessageStream stream)
    {
        await stream.WriteAsync(Bytes, seed: 11);
        Assert.Equal(Pattern.HashOf(11, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
    }
}
