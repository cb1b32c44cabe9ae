using Hyper.Core;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;

namespace Interop.Tests.Sessions;

/// <summary>A store of ours, in memory.</summary>
internal sealed class OurSide(OurLoop loop, CorestoreStorage storage, Corestore names) : ISide
{
    public string Name => "ours";

    public bool IsTheirs => false;

    public OurLoop Loop => loop;

    public Corestore Names => names;

    public static async Task<OurSide> OpenAsync()
    {
        var loop = new OurLoop();
        var storage = await loop.RunAsync(() => CorestoreStorage.CreateInMemory(loop.Loop));
        return new OurSide(loop, storage, await loop.RunAsync(() => Corestore.OpenAsync(storage)));
    }

    public async Task<ICopy> CreateAsync(string name) =>
        new Copy(loop, await loop.RunAsync(() => names.GetAsync(name)));

    public async Task<ICopy> OpenAsync(string key) =>
        new Copy(loop, await loop.RunAsync(() => names.GetAsync(Bytes32.FromHex(key))));

    public async ValueTask DisposeAsync()
    {
        await loop.RunAsync(async () => await storage.DisposeAsync());
        await loop.DisposeAsync();
    }

    private sealed class Copy(OurLoop loop, Hypercore core) : ICopy
    {
        private static readonly GetOptions _fetch = new() { Timeout = TimeSpan.FromSeconds(2) };

        public string Key { get; } = core.Key.ToHex();

        public Task AppendAsync(IReadOnlyList<byte[]> blocks) =>
            loop.RunAsync(() => core.AppendAsync([.. blocks.Select(block => (ReadOnlyMemory<byte>)block)]));

        public Task TruncateAsync(ulong length) => loop.RunAsync(() => core.TruncateAsync(length));

        public Task ClearAsync(ulong start, ulong end) => loop.RunAsync(() => core.ClearAsync(start, end));

        public Task FetchAsync(ulong index) => LookAsync(() => core.GetAsync(index, _fetch).AsTask());

        public Task SeekAsync(ulong bytes) => LookAsync(() => core.SeekAsync(bytes, _fetch));

        public Task DownloadAsync(ulong start, ulong end) =>
            loop.RunAsync(() => _ = core.Download(new DownloadRange { Start = start, End = end }));

        public Task<Head> HeadAsync() => loop.RunAsync(() => new Head(core.Length, core.Fork, core.TreeHash.ToHex()));

        public Task<Replica> ReadAsync() => loop.RunAsync(() => Replica.ReadAsync(core));

        public Task<string> DescribeAsync() =>
            loop.RunAsync(() =>
                string.Join(
                    "; ",
                    core.Peers.Select(peer =>
                        $"fork {peer.Fork}, length {peer.Length}, contiguous {peer.ContiguousLength}, "
                        + $"in flight {peer.InFlight}"
                    )
                )
            );

        public Task<bool> GaveUpAsync() => Task.FromResult(false);

        public Task CloseAsync() => loop.RunAsync(async () => await core.DisposeAsync());

        private async Task LookAsync(Func<Task> look)
        {
            try
            {
                await loop.RunAsync(look);
            }
            catch (HypercoreException)
            {
                // No connection, cut, closed: all of it may happen.
            }
        }
    }
}
