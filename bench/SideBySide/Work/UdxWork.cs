using System.Net;
using Hyper.Loop;
using Hyper.Udx;
using TestKit;

namespace SideBySide.Work;

/// <summary>One UDX stream between two sockets, on a good path and on a bad one.</summary>
internal static class UdxWork
{
    private const long Bytes = 64 << 20;
    private const int Chunk = 64 * 1024;
    private static readonly Metric Rate = new("", "MB/s", IsRate: true);

    private static readonly UdpForwarderOptions BadPath = new()
    {
        Seed = 4,
        ToTarget = new UdpImpairment { Loss = 0.02, Reordering = 0.01 },
        FromTarget = new UdpImpairment { Loss = 0.02, Reordering = 0.01 },
    };

    public static IEnumerable<Scenario> All(OurWorld world) =>
        [
            new(
                "udx 64 MiB",
                [Rate, Metric.AllocatedPer("packet")],
                node => node.MeasureAsync("bench.udx", new { bytes = Bytes, chunk = Chunk }),
                () => world.Loop.InvokeAsync(() => OursAsync(world.Loop, isBad: false))
            ),
            new(
                "udx 64 MiB, 2 % loss, 1 % reordered",
                [Rate, Metric.AllocatedPer("packet")],
                JsOnBadPathAsync,
                () => world.Loop.InvokeAsync(() => OursAsync(world.Loop, isBad: true))
            ),
        ];

    private static async Task<double[]> JsOnBadPathAsync(NodeDriver node)
    {
        var server = await node.CallAsync("bench.udxServer", new { });
        var target = new IPEndPoint(IPAddress.Loopback, server.GetProperty("port").GetInt32());
        await using var path = await UdpForwarder.StartAsync(target, BadPath);
        return await node.MeasureAsync(
            "bench.udxThrough",
            new
            {
                handle = server.GetProperty("handle").GetString(),
                port = path.Address.Port,
                bytes = Bytes,
                chunk = Chunk,
            }
        );
    }

    private static async Task<double[]> OursAsync(EventLoop loop, bool isBad)
    {
        using var node = new UdxNode(loop);
        var options = new DatagramSocketOptions { Host = IPAddress.Loopback };
        var local = node.CreateSocket(options, Deaf.Instance);
        var remote = node.CreateSocket(options, Deaf.Instance);
        var client = node.CreateStream(1);
        var server = node.CreateStream(
            2,
            (UdxStream stream, UdxSocket socket, in UdpAddress from) =>
            {
                stream.Connect(socket, 1, from);
                return true;
            }
        );
        var target = new IPEndPoint(IPAddress.Loopback, remote.LocalAddress.Port);
        await using var path = isBad ? await UdpForwarder.StartAsync(target, BadPath) : null;
        var port = (ushort)(path?.Address.Port ?? target.Port);
        client.Connect(local, 2, new UdpAddress(IPAddress.Loopback, port));
        var allocations = new AllocationMeter(Bytes, () => client.Statistics.PacketsSent);
        return await new ByteTransfer(client, server, Bytes, Chunk, allocations).RunAsync();
    }

    private sealed class Deaf : IUdxSocketHandler
    {
        public static Deaf Instance { get; } = new();

        public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
