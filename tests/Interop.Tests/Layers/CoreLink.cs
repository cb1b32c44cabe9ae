using System.Security.Cryptography;
using Hyper.Core;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>A store of ours and a partner's with a connection between them, over which all their cores are replicated.</summary>
internal sealed class CoreLink : IAsyncDisposable
{
    private static readonly TimeSpan TransferDeadline = TimeSpan.FromMinutes(3);

    private readonly OurLoop _loop;
    private readonly DirectoryInfo _folder;
    private readonly List<TcpLink> _links = [];

    private CoreLink(OurLoop loop, DirectoryInfo folder, CorestoreStorage storage, Corestore ours, JsStore theirs)
    {
        _loop = loop;
        _folder = folder;
        Storage = storage;
        Ours = ours;
        Theirs = theirs;
    }

    public CorestoreStorage Storage { get; private set; }

    public Corestore Ours { get; private set; }

    public JsStore Theirs { get; }

    /// <summary>Opens both stores; ours is on disk where a test asks for it. With a primary key both write the same cores.</summary>
    public static async Task<CoreLink> OpenAsync(
        OurLoop loop,
        JsPartner partner,
        bool isOnDisk = false,
        Bytes32? primaryKey = null
    )
    {
        var folder = Directory.CreateTempSubdirectory("interop-replication");
        var path = PathIn(folder);
        var storage = await loop.RunAsync(async () =>
            isOnDisk ? await CorestoreStorage.OpenAsync(loop.Loop, path) : CorestoreStorage.CreateInMemory(loop.Loop)
        );
        var ours = await loop.RunAsync(() => Corestore.OpenAsync(storage, primaryKey));
        var theirs = await JsStore.OpenAsync(partner, Path.Combine(folder.FullName, "theirs"), primaryKey?.ToArray());
        return new CoreLink(loop, folder, storage, ours, theirs);
    }

    /// <summary>Connects the stores over TCP; may be called again after a <see cref="CutAsync"/>.</summary>
    public async Task ConnectAsync(Role role) => _links.Add(await ConnectAsync(_loop, Ours, Theirs, role));

    /// <summary>Connects any store of ours with any of a partner's. The loop's end ends the connection.</summary>
    public static async Task<TcpLink> ConnectAsync(OurLoop loop, Corestore ours, JsStore theirs, Role role)
    {
        var link = await TcpLink.OpenAsync(loop, theirs.Partner, role, theirMode: StreamMode.None);
        await loop.RunAsync(() => ours.Replicate(link.Ours));
        await theirs.ReplicateAsync(link.Theirs);
        return link;
    }

    /// <summary>Ends the connection.</summary>
    public async Task CutAsync()
    {
        foreach (var link in _links)
            await link.DisposeAsync();
        _links.Clear();
    }

    /// <summary>Closes our store, which is on disk, leaves its folder to somebody else, and opens it again.</summary>
    public async Task LendAsync(Func<string, Task> borrow)
    {
        await _loop.RunAsync(async () => await Storage.DisposeAsync());
        await borrow(PathIn(_folder));
        Storage = await _loop.RunAsync(() => CorestoreStorage.OpenAsync(_loop.Loop, PathIn(_folder)));
        Ours = await _loop.RunAsync(() => Corestore.OpenAsync(Storage));
    }

    /// <summary>A core of ours that the partner wrote.</summary>
    public Task<Hypercore> OpenOursAsync(JsCore theirs) =>
        _loop.RunAsync(() => Ours.GetAsync(Bytes32.FromHex(theirs.Key)));

    /// <summary>Runs something on our loop that may take as long as a transfer.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) => _loop.Loop.InvokeAsync(work).WaitAsync(TransferDeadline);

    /// <inheritdoc cref="RunAsync{T}(Func{Task{T}})"/>
    public Task RunAsync(Func<Task> work) => _loop.Loop.InvokeAsync(work).WaitAsync(TransferDeadline);

    /// <summary>Appends to a core of ours what <see cref="JsCore.FillAsync"/> appends to a partner's.</summary>
    public Task FillAsync(Hypercore core, int count, int size, int seed = 0) =>
        RunAsync(async () =>
        {
            var perCall = Math.Clamp(4 * 1024 * 1024 / size, 1, 4096);
            for (var i = 0; i < count; i += perCall)
                await core.AppendAsync([
                    .. Enumerable
                        .Range(i, Math.Min(perCall, count - i))
                        .Select(block => (ReadOnlyMemory<byte>)Pattern.Make(seed + block, size)),
                ]);
        });

    /// <summary>Downloads all that a core of ours has to have.</summary>
    public Task DownloadAsync(Hypercore core, ulong end) =>
        RunAsync(async () =>
        {
            using var download = core.Download(new DownloadRange { End = end });
            await download.Completion;
        });

    /// <summary>SHA-256 over all blocks of a core of ours.</summary>
    public Task<string> DigestAsync(Hypercore core) => RunAsync(() => DigestOfAsync(core));

    /// <inheritdoc cref="DigestAsync"/>
    public static async Task<string> DigestOfAsync(Hypercore core)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0UL; i < core.Length; i++)
            hash.AppendData(await core.GetAsync(i) ?? throw new InvalidOperationException($"Block {i} is missing."));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        await Theirs.DisposeAsync();
        await _loop.RunAsync(async () => await Storage.DisposeAsync());
        _folder.Delete(recursive: true);
    }

    private static string PathIn(DirectoryInfo folder) => Path.Combine(folder.FullName, "ours");
}
