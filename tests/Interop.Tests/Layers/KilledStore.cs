using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using StoreWriter;

namespace Interop.Tests.Layers;

/// <summary>Opens here what a killed process left.</summary>
internal static class KilledStore
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(1);

    /// <summary>Brings the models of a writer to where its cores are, and gives what those hold.</summary>
    /// <param name="path">The store.</param>
    /// <param name="models">What the writer did.</param>
    /// <param name="acknowledged">Steps of each core that have to be there.</param>
    public static Task<string?[][]> VerifyAsync(string path, WriterModel[] models, int[] acknowledged) =>
        RunAsync(
            path,
            async names =>
            {
                var cores = new string?[models.Length][];
                for (var i = 0; i < models.Length; i++)
                {
                    await using var core = await names.GetAsync(WriterScript.NameOf(i));
                    cores[i] = await Replica.BlocksOf(core);
                    while (models[i].Steps < acknowledged[i])
                        models[i].Step();
                    // The step on its way may have been stored before it could be acknowledged.
                    if (!cores[i].SequenceEqual(models[i].Blocks) || core.Fork != models[i].Fork)
                        models[i].Step();
                    Assert.Equal(models[i].Blocks, cores[i]);
                    Assert.Equal(models[i].Fork, core.Fork);
                    await AuditAsync(core);
                }
                return cores;
            }
        );

    /// <summary>What a store has of some cores, each checked block by block.</summary>
    public static Task<Replica[]> ReadAsync(string path, IReadOnlyList<string> keys) =>
        RunAsync(
            path,
            async names =>
            {
                var replicas = new Replica[keys.Count];
                for (var i = 0; i < replicas.Length; i++)
                {
                    await using var core = await names.GetAsync(Bytes32.FromHex(keys[i]));
                    replicas[i] = await Replica.ReadAsync(core);
                    await AuditAsync(core);
                }
                return replicas;
            }
        );

    /// <summary>The keys of a writer's cores, which are made if they are not there.</summary>
    public static Task<string[]> KeysAsync(string path) =>
        RunAsync(
            path,
            async names =>
            {
                var keys = new string[WriterScript.Cores];
                for (var i = 0; i < keys.Length; i++)
                {
                    await using var core = await names.GetAsync(WriterScript.NameOf(i));
                    keys[i] = core.Key.ToHex();
                }
                return keys;
            },
            default(Bytes32)
        );

    public static async Task AuditAsync(Hypercore core)
    {
        var audit = await core.AuditAsync();
        Assert.True(audit.IsClean, $"core {core.Key.ToHex()[..8]}: {audit}");
    }

    private static async Task<T> RunAsync<T>(string path, Func<Corestore, Task<T>> work, Bytes32? primaryKey = null)
    {
        using var loop = new NetworkLoop();
        return await loop.InvokeAsync(async () =>
            {
                await using var store = await CorestoreStorage.OpenAsync(loop, path);
                return await work(await Corestore.OpenAsync(store, primaryKey));
            })
            .WaitAsync(_deadline, TestContext.Current.CancellationToken);
    }
}
