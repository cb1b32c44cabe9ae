using System.Net;
using Hyper.Loop;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>Streams on real sockets of loopback, again and again. Alone, because it looks at the whole process.</summary>
[Collection(nameof(NetworkSoakTests))]
public class NetworkSoakTests
{
    private const int Samples = 20;
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(2);

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public async Task Connecting_and_closing_leaves_memory_handles_and_threads_flat()
    {
        var perSample = FuzzBudget.Rounds(usually: 40, atMost: 500);
        var watch = new ResourceWatch();
        using (var loop = new NetworkLoop(new NetworkLoopOptions { Name = "soak" }))
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                await loop.InvokeAsync(() => CycleAsync(loop, perSample)).WaitAsync(_deadline);
                watch.Sample(perSample);
            }
        }
        watch.AssertFlat();
    }

    /// <summary>Each cycle: two sockets, a stream between them, data both ways, and every kind of end.</summary>
    private static async Task CycleAsync(NetworkLoop loop, int cycles)
    {
        using var node = new UdxNode(loop, new UdxOptions { MaxLingeringStreams = 16 });
        var kept = new Ignoring();
        for (uint i = 1; i <= cycles; i++)
        {
            var options = new DatagramSocketOptions { Host = IPAddress.Loopback };
            using var here = node.CreateSocket(options, kept);
            using var there = node.CreateSocket(options, kept);
            var (a, b) = (new StreamEnd(node.CreateStream(2 * i)), new StreamEnd(node.CreateStream(2 * i + 1)));
            a.Stream.Connect(here, b.Stream.Id, there.LocalAddress);
            b.Stream.Connect(there, a.Stream.Id, here.LocalAddress);
            a.Write(new byte[5000]);
            b.Write(new byte[100]);
            await b.ReceiveAsync(5000);
            await a.ReceiveAsync(100);
            switch (i % 3)
            {
                case 0:
                    a.Stream.End();
                    b.Stream.End();
                    break;
                case 1:
                    b.Stream.Destroy();
                    break;
                default:
                    there.Dispose();
                    await SendToNobodyAsync(node, here, there.LocalAddress);
                    break;
            }
            await a.Closed;
            await b.Closed;
        }
        Assert.Equal((0, 0), (node.Buffers.ChunksInUse, node.Buffers.PacketsInUse));
    }

    /// <summary>The port is closed: the system says so to the socket, and a stream goes on until its time is over.</summary>
    private static async Task SendToNobodyAsync(UdxNode node, UdxSocket socket, UdpAddress nobody)
    {
        var end = new StreamEnd(node.CreateStream());
        end.Stream.Connect(socket, 1, nobody);
        for (var i = 0; i < 3; i++)
        {
            end.Write(new byte[3000]);
            // Each turn of the loop ends with what was written leaving.
            await Task.Yield();
        }
        Assert.True(end.Stream.IsOpen && end.Stream.Statistics.BytesSent > 0);
        end.Stream.Destroy();
        await end.Closed;
    }

    private sealed class Ignoring : IUdxSocketHandler
    {
        public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}

/// <summary>Runs the class alone.</summary>
[CollectionDefinition(nameof(NetworkSoakTests), DisableParallelization = true)]
public sealed class NetworkSoakCollection;
