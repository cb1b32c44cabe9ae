using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Hyper.Core;
using Hyper.Crypto;
using Hyper.SecretStream;

namespace SideBySide.Work;

/// <summary>
/// A core replicated to an empty store over an encrypted TCP connection, both on disk and on one loop, with the durability that
/// JavaScript has. The JavaScript half is <c>js/replication.mjs</c>.
/// </summary>
internal sealed class ReplicationWork
{
    private const int SmallBlocks = 50_000;
    private const int SmallBytes = 200;
    private const int LargeBlocks = 2048;
    private const int LargeBytes = 64 * 1024;
    private const int LiveBlocks = 1000;

    private readonly OurWorld _world;
    private readonly Dictionary<int, Hypercore> _sources = [];

    private ReplicationWork(OurWorld world) => _world = world;

    public static IEnumerable<Scenario> All(OurWorld world)
    {
        var work = new ReplicationWork(world);
        yield return work.Download(
            "core replicate, blocks of 200 bytes",
            "k/s",
            SmallBlocks,
            SmallBytes,
            isBytes: false
        );
        yield return work.Download("core replicate, blocks of 64 KiB", "MB/s", LargeBlocks, LargeBytes, isBytes: true);
        yield return new(
            "core replicate, append and get, one by one",
            [new Metric("", "k/s", IsRate: true)],
            node => node.MeasureAsync("bench.replicate-live", new { count = LiveBlocks, size = SmallBytes }),
            () => world.Loop.InvokeAsync(work.FollowAsync)
        );
    }

    private Scenario Download(string name, string unit, int count, int size, bool isBytes) =>
        new(
            name,
            [new Metric("", unit, IsRate: true), Metric.AllocatedPer("block")],
            node =>
                node.MeasureAsync(
                    "bench.replicate",
                    new
                    {
                        count,
                        size,
                        bytes = isBytes,
                    }
                ),
            () => _world.Loop.InvokeAsync(() => DownloadAsync(count, size, isBytes))
        );

    private async Task<double[]> DownloadAsync(int count, int size, bool isBytes)
    {
        var source = await SourceAsync(count, size);
        await using var target = await Target.OpenAsync(_world);
        await using var copy = await target.Names.GetAsync(source.Key);
        using var connection = await ConnectAsync(await _world.CoresAsync(), target.Names);
        var before = GC.GetTotalAllocatedBytes();
        var startedAt = Stopwatch.GetTimestamp();
        using var download = copy.Download(new DownloadRange { End = (ulong)count, IsLinear = true });
        await download.Completion;
        var elapsed = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        var allocated = (double)(GC.GetTotalAllocatedBytes() - before) / count;
        return [(isBytes ? count * (size / 1e3) : count) / elapsed, allocated];
    }

    private async Task<double[]> FollowAsync()
    {
        await using var from = await Target.OpenAsync(_world);
        await using var to = await Target.OpenAsync(_world);
        await using var core = await from.Names.GetAsync("live");
        await using var copy = await to.Names.GetAsync(core.Key);
        using var connection = await ConnectAsync(from.Names, to.Names);
        var options = new GetOptions();
        await core.AppendAsync(new byte[SmallBytes]);
        await copy.GetAsync(0, options);
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 1UL; i <= LiveBlocks; i++)
        {
            await core.AppendAsync(new byte[SmallBytes]);
            await copy.GetAsync(i, options);
        }
        return [LiveBlocks / Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds];
    }

    private async Task<Hypercore> SourceAsync(int count, int size)
    {
        if (_sources.TryGetValue(size, out var known))
            return known;
        var core = await (await _world.CoresAsync()).GetAsync($"source of {size}");
        var batch = Math.Clamp(4 * 1024 * 1024 / size, 1, 1024);
        for (var i = 0; i < count; i += batch)
        {
            var blocks = new ReadOnlyMemory<byte>[Math.Min(batch, count - i)];
            for (var j = 0; j < blocks.Length; j++)
            {
                var block = new byte[size];
                block.AsSpan().Fill((byte)(i + j));
                blocks[j] = block;
            }
            await core.AppendAsync(blocks);
        }
        return _sources[size] = core;
    }

    private async Task<Link> ConnectAsync(Corestore here, Corestore there)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var dialled = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await dialled.ConnectAsync(listener.LocalEndpoint);
        var accepted = await listener.AcceptSocketAsync();
        accepted.NoDelay = true;
        var link = new Link(Wrap(dialled, isInitiator: true), Wrap(accepted, isInitiator: false));
        here.Replicate(link.Here);
        there.Replicate(link.There);
        await link.Here.Opened;
        await link.There.Opened;
        return link;
    }

    private NoiseSecretStream Wrap(Socket socket, bool isInitiator) =>
        new(
            new StreamDuplex(_world.Loop, new NetworkStream(socket, ownsSocket: true)),
            isInitiator,
            KeyPair.Generate()
        );

    private sealed record Link(NoiseSecretStream Here, NoiseSecretStream There) : IDisposable
    {
        public void Dispose()
        {
            Here.Destroy();
            There.Destroy();
        }
    }

    /// <summary>A store of its own on disk, gone afterwards.</summary>
    private sealed record Target(CorestoreStorage Storage, Corestore Names, string Folder) : IAsyncDisposable
    {
        public static async Task<Target> OpenAsync(OurWorld world)
        {
            var folder = Directory.CreateTempSubdirectory("bench-replication-").FullName;
            var storage = await CorestoreStorage.OpenAsync(world.Loop, folder);
            return new Target(storage, await Corestore.OpenAsync(storage), folder);
        }

        public async ValueTask DisposeAsync()
        {
            await Storage.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
