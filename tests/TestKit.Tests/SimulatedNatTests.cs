using Hyper.Loop;
using TestKit;

namespace TestKitTests;

public class SimulatedNatTests
{
    [Fact]
    public void A_port_that_lapsed_and_went_to_another_session_stays_with_that_one()
    {
        var world = new SimulatedWorld(1);
        var remote = world.CreateHost("10.0.0.1");
        var behaviour = NatBehaviour.Symmetric with { KeepsPort = true, Lifetime = TimeSpan.FromSeconds(10) };
        var nat = world.CreateNat("20.0.0.1", behaviour);
        var first = nat.CreateHost("192.168.1.2");
        var second = nat.CreateHost("192.168.1.3");
        var received = 0;
        world.Run(async () =>
        {
            using var server = remote.OpenSocket(new DatagramSocketOptions { Port = 9 }, new Handler(Echo));
            using var lapsed = first.OpenSocket(new DatagramSocketOptions { Port = 5000 }, new Handler(Ignore));
            using var heir = second.OpenSocket(new DatagramSocketOptions { Port = 5000 }, new Handler(Count));
            var to = new UdpAddress(remote.Address, 9);
            lapsed.Send([1], to);
            await world.Delay(TimeSpan.FromSeconds(11));
            heir.Send([1], to);
            lapsed.Send([1], to);
            await world.Delay(TimeSpan.FromSeconds(1));
            heir.Send([1], to);
            await world.Delay(TimeSpan.FromSeconds(1));
        });
        Assert.Equal(2, received);
        Assert.Equal(2, nat.Sessions);

        static void Echo(IDatagramSocket socket, UdpAddress from) => socket.Send([2], from);

        static void Ignore(IDatagramSocket socket, UdpAddress from) { }

        void Count(IDatagramSocket socket, UdpAddress from) => received++;
    }

    private sealed class Handler(Action<IDatagramSocket, UdpAddress> onDatagram) : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
            onDatagram(socket, from);
    }
}
