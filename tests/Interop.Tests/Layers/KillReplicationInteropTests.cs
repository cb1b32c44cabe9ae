using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hyper.Core;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.SecretStream;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using StoreWriter;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// Three cores are written, cut and replicated at the same time, and one side is killed at a random moment, again and again:
/// ours or theirs, the one that downloads or the one that writes and serves. Whatever a side has acknowledged is there when its
/// store is opened again, here or in JavaScript; every block is the one that was written; nobody has what the writer has lost;
/// and at last the copy is whole. The two other versions share in it with fewer rounds.
/// </summary>
/// <remarks>
/// Where progress is waited for, cores are cut between connections only: JavaScript may stand still until it connects anew when
/// a core is cut during a transfer, as it does towards JavaScript.
/// </remarks>
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class KillReplicationInteropTests(NodePartners partners) : IDisposable
{
    private const int AtNight = 10;
    private const int StepsBefore = 150;
    private const int StepsBetween = 20;
    private const int MaxLines = 400;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-kill-replication");

    public static TheoryData<PartnerSet, int> Sets =>
        new()
        {
            { PartnerSet.CoresPinned, 3 },
            { PartnerSet.CoresNewest, 1 },
            { PartnerSet.CoresSubnet, 1 },
        };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Ours_killed_while_it_downloads(PartnerSet set, int rounds)
    {
        var random = TestSeed.NewRandom();
        await using var partner = await partners.StartAsync(set);
        await using var writer = await JsStore.OpenAsync(partner, NewStore());
        var listener = await JsSecretListener.ListenAsync(partner, Seeds.B, mode: StreamMode.None);
        var models = NewModels((uint)random.Next());
        var cores = await Task.WhenAll(models.Select((_, i) => writer.GetAsync(WriterScript.NameOf(i))));
        string[] keys = [.. cores.Select(core => core.Key)];
        for (var i = 0; i < models.Length; i++)
            await cores[i].RunAsync([.. Steps(models[i], StepsBefore)]);

        var copy = NewStore();
        var acknowledged = Array.ConvertAll(models, _ => Replica.Progress.None);
        for (var left = FuzzBudget.Rounds(rounds, AtNight * rounds); left > 0; left--)
        {
            var lines = random.Next(MaxLines);
            await FollowAsync(lines, _ => lines-- == 0);
            var isTheirTurn = random.Next(2) == 0;
            var replicas = isTheirTurn
                ? await ReadTheirsAsync(partner, copy, keys)
                : await KilledStore.ReadAsync(copy, keys);
            for (var i = 0; i < models.Length; i++)
                replicas[i].AssertIsOf(models[i], acknowledged[i]);
        }
        await FollowAsync(0, _ => models.Zip(acknowledged).All(pair => IsAll(pair.First, pair.Second)));
        Replica[] whole = [.. await ReadTheirsAsync(partner, copy, keys), .. await KilledStore.ReadAsync(copy, keys)];
        for (var i = 0; i < whole.Length; i++)
            whole[i].AssertIsAllOf(models[i % models.Length]);

        async Task FollowAsync(int whileLines, Func<int, bool> isEnough)
        {
            for (var i = 0; i < models.Length; i++)
                await cores[i].RunAsync([.. Steps(models[i], StepsBetween)]);
            var port = listener.Port.ToString(CultureInfo.InvariantCulture);
            using var told = new SemaphoreSlim(0);
            var following = KilledProcess.RunAsync(
                KilledProcess.Of(null, "follow", [copy, port, .. keys]),
                numbers: 4,
                line =>
                {
                    acknowledged[line[0]] = new Replica.Progress((ulong)line[1], line[2], line[3]);
                    told.Release();
                    return isEnough(line[0]);
                }
            );
            await writer.ReplicateAsync(await listener.AcceptAsync());
            // Something has to come for as long as lines are waited for.
            for (var i = 0; whileLines > 0; i = (i + 1) % models.Length)
            {
                if (await Task.WhenAny(following, told.WaitAsync(TestContext.Current.CancellationToken)) == following)
                    break;
                await cores[i].RunAsync([.. Steps(models[i], 1, isAppend: true)]);
            }
            await following;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Ours_killed_while_it_writes_and_serves(PartnerSet set, int rounds)
    {
        var random = TestSeed.NewRandom();
        await using var partner = await partners.StartAsync(set);
        var listener = await JsSecretListener.ListenAsync(partner, Seeds.B, mode: StreamMode.None);
        var copy = NewStore();
        var seed = (uint)random.Next();
        var models = NewModels(seed);
        var path = NewStore();
        var keys = await KilledStore.KeysAsync(path);
        for (var left = FuzzBudget.Rounds(rounds, AtNight * rounds); left > 0; left--)
        {
            await using var reader = await JsStore.OpenAsync(partner, copy);
            var copies = await OpenAsync(reader, keys);
            foreach (var core in copies)
                await core.DownloadAsync();
            int[] steps = [.. models.Select(model => model.Steps)];
            var writing = KilledWriter.RunAsync(null, path, seed, steps, random.Next(MaxLines), listener.Port);
            await reader.ReplicateAsync(await listener.AcceptAsync());
            await writing;
            await KilledStore.VerifyAsync(path, models, steps);
            for (var i = 0; i < models.Length; i++)
                (await Replica.ReadAsync(copies[i])).AssertIsOf(models[i], Replica.Progress.None);
        }
        // The store is handed over, read, and handed back.
        await using (var theirs = await JsStore.OpenAsync(partner, path))
        {
            for (var i = 0; i < models.Length; i++)
                (await Replica.ReadAsync(await theirs.GetAsync(WriterScript.NameOf(i)))).AssertIsAllOf(models[i]);
        }
        await using var loop = new OurLoop();
        var storage = await loop.RunAsync(() => CorestoreStorage.OpenAsync(loop.Loop, path));
        var ours = await loop.RunAsync(() => Corestore.OpenAsync(storage));
        await using var last = await JsStore.OpenAsync(partner, copy);
        var whole = await OpenAsync(last, keys);
        foreach (var core in whole)
            await core.DownloadAsync();
        await using var link = await CoreLink.ConnectAsync(loop, ours, last, Role.WeDial);
        for (var i = 0; i < models.Length; i++)
        {
            var (core, model) = (whole[i], models[i]);
            await Until.TrueAsync(
                async () => await core.StateAsync() is var state && IsAll(model, ProgressOf(state)),
                $"the partner to have all of core {i}"
            );
            (await Replica.ReadAsync(core)).AssertIsAllOf(model);
        }
        await loop.RunAsync(async () => await storage.DisposeAsync());
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Theirs_killed_while_it_downloads(PartnerSet set, int rounds)
    {
        var random = TestSeed.NewRandom();
        await using var loop = new OurLoop();
        var models = NewModels((uint)random.Next());
        var storage = await loop.RunAsync(() => CorestoreStorage.CreateInMemory(loop.Loop));
        var writer = await loop.RunAsync(() => Corestore.OpenAsync(storage));
        var cores = new Hypercore[models.Length];
        for (var i = 0; i < models.Length; i++)
        {
            var name = WriterScript.NameOf(i);
            cores[i] = await loop.RunAsync(() => writer.GetAsync(name));
            await WriteAsync(loop, cores[i], models[i], StepsBefore);
        }
        string[] keys = [.. cores.Select(core => core.Key.ToHex())];

        var path = NewStore();
        var acknowledged = Array.ConvertAll(models, _ => Replica.Progress.None);
        for (var left = FuzzBudget.Rounds(rounds, AtNight * rounds); left >= 0; left--)
        {
            using var told = new SemaphoreSlim(0);
            await using var partner = await partners.StartAsync(set);
            var store = await JsStore.OpenAsync(partner, path);
            var copies = await OpenAsync(store, keys);
            for (var i = 0; i < models.Length; i++)
                (await Replica.ReadAsync(copies[i])).AssertIsOf(models[i], acknowledged[i]);
            for (var i = 0; i < models.Length; i++)
                await WriteAsync(loop, cores[i], models[i], StepsBetween);
            await using var link = await CoreLink.ConnectAsync(
                loop,
                writer,
                store,
                random.Next(2) == 0 ? Role.WeDial : Role.TheyDial
            );
            var following = Task.WhenAll(copies.Select((copy, i) => ListenAsync(copy, i, acknowledged, told)));
            foreach (var copy in copies)
                await copy.FollowAsync();
            if (left == 0)
            {
                await Until.TrueAsync(
                    () => Task.FromResult(models.Zip(acknowledged).All(pair => IsAll(pair.First, pair.Second))),
                    "the partner to have everything"
                );
                await store.DisposeAsync();
                break;
            }
            for (var lines = random.Next(MaxLines); lines > 0; lines--)
            {
                Assert.True(await told.WaitAsync(JsPartner.DefaultDeadline), "The partner downloads nothing more.");
                await WriteAsync(loop, cores[lines % models.Length], models[lines % models.Length], 1, isAppend: true);
            }
            await partner.KillAsync();
            await following.WaitAsync(JsPartner.DefaultDeadline);
            if (random.Next(2) == 0)
                continue;
            var replicas = await KilledStore.ReadAsync(path, keys);
            for (var i = 0; i < models.Length; i++)
                replicas[i].AssertIsOf(models[i], acknowledged[i]);
        }
        var whole = await KilledStore.ReadAsync(path, keys);
        for (var i = 0; i < models.Length; i++)
            whole[i].AssertIsAllOf(models[i]);
        await loop.RunAsync(async () => await storage.DisposeAsync());
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Theirs_killed_while_it_writes_and_serves(PartnerSet set, int rounds)
    {
        var random = TestSeed.NewRandom();
        // Starting a partner installs the packages.
        await using var partner = await partners.StartAsync(set);
        await using var loop = new OurLoop();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var seed = (uint)random.Next();
        var models = NewModels(seed);
        var path = NewStore();
        var storage = await loop.RunAsync(() => CorestoreStorage.OpenAsync(loop.Loop, NewStore()));
        var reader = await loop.RunAsync(() => Corestore.OpenAsync(storage));
        var copies = new Hypercore[models.Length];
        foreach (var (i, key) in (await KilledStore.KeysAsync(NewStore())).Index())
        {
            copies[i] = await loop.RunAsync(() => reader.GetAsync(Bytes32.FromHex(key)));
            await loop.RunAsync(() => copies[i].Download());
        }
        using var keyPair = KeyPair.Generate();
        for (var left = FuzzBudget.Rounds(rounds, AtNight * rounds); left > 0; left--)
        {
            int[] steps = [.. models.Select(model => model.Steps)];
            var writing = KilledWriter.RunAsync(set, path, seed, steps, random.Next(MaxLines), port);
            var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            await loop.RunAsync(() =>
            {
                var duplex = new StreamDuplex(loop.Loop, new NetworkStream(socket, ownsSocket: true));
                reader.Replicate(new NoiseSecretStream(duplex, isInitiator: false, keyPair));
            });
            await writing;
            await KilledStore.VerifyAsync(path, models, steps);
            for (var i = 0; i < models.Length; i++)
                (await CheckAsync(copies[i])).AssertIsOf(models[i], Replica.Progress.None);
        }
        await using var server = await JsStore.OpenAsync(partner, path);
        for (var i = 0; i < models.Length; i++)
            (await Replica.ReadAsync(await server.GetAsync(WriterScript.NameOf(i)))).AssertIsAllOf(models[i]);
        await using var link = await CoreLink.ConnectAsync(loop, reader, server, Role.WeDial);
        for (var i = 0; i < models.Length; i++)
        {
            var (copy, model) = (copies[i], models[i]);
            await Until.TrueAsync(
                () => loop.RunAsync(() => IsAll(model, new(copy.Fork, (int)copy.Length, (int)copy.ContiguousLength))),
                $"us to have all of core {i}"
            );
            (await CheckAsync(copy)).AssertIsAllOf(model);
        }
        await loop.RunAsync(async () => await storage.DisposeAsync());

        Task<Replica> CheckAsync(Hypercore core) =>
            loop.RunAsync(async () =>
            {
                var replica = await Replica.ReadAsync(core);
                await KilledStore.AuditAsync(core);
                return replica;
            });
    }

    private static WriterModel[] NewModels(uint seed) =>
        [.. Enumerable.Range(0, WriterScript.Cores).Select(core => new WriterModel(seed, core, clears: false))];

    private static bool IsAll(WriterModel model, Replica.Progress progress) =>
        progress == new Replica.Progress(model.Fork, model.Blocks.Count, model.Blocks.Count);

    private static Replica.Progress ProgressOf(JsCore.Copy state) =>
        new(state.Fork, (int)state.Length, (int)state.ContiguousLength);

    private static Task<JsCore[]> OpenAsync(JsStore store, string[] keys) =>
        Task.WhenAll(keys.Select(key => store.OpenCoreAsync(key)));

    private static async Task<Replica[]> ReadTheirsAsync(JsPartner partner, string path, string[] keys)
    {
        await using var store = await JsStore.OpenAsync(partner, path);
        var replicas = new List<Replica>();
        foreach (var core in await OpenAsync(store, keys))
            replicas.Add(await Replica.ReadAsync(core));
        return [.. replicas];
    }

    /// <summary>Takes what a partner's copy tells of itself, until the partner ends.</summary>
    private static async Task ListenAsync(JsCore copy, int number, Replica.Progress[] acknowledged, SemaphoreSlim told)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await foreach (var progress in copy.Partner.EventsAsync(copy.Handle, "progress", cancellationToken))
        {
            acknowledged[number] = new Replica.Progress(
                progress.Fields.GetProperty("fork").GetUInt64(),
                progress.Fields.GetProperty("length").GetInt32(),
                progress.Fields.GetProperty("contiguousLength").GetInt32()
            );
            told.Release();
        }
    }

    /// <summary>The next steps of a model, as a partner does them.</summary>
    private static IEnumerable<JsCore.Operation> Steps(WriterModel model, int count, bool isAppend = false)
    {
        for (; count > 0; count--)
        {
            var step = model.Step(isAppend);
            yield return step.Verb == WriterVerb.Append
                ? new JsCore.Operation("append", Blocks: [.. step.Blocks.Select(Convert.ToHexStringLower)])
                : new JsCore.Operation("truncate", Length: (ulong)step.First);
        }
    }

    /// <summary>The next steps of a model, done to a core of ours.</summary>
    private static Task WriteAsync(OurLoop loop, Hypercore core, WriterModel model, int count, bool isAppend = false) =>
        loop.RunAsync(async () =>
        {
            for (; count > 0; count--)
            {
                var step = model.Step(isAppend);
                if (step.Verb == WriterVerb.Append)
                    await core.AppendAsync([.. step.Blocks.Select(block => (ReadOnlyMemory<byte>)block)]);
                else
                    await core.TruncateAsync((ulong)step.First);
            }
        });

    private string NewStore() => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
}
