using Hyper.Bee.Internal;
using Hyper.Core;
using Hyper.Crypto;
using Hyper.Loop;
using Hyper.SecretStream;
using TestKit;

namespace Hyper.Bee.Tests;

/// <summary>A core that holds a bee of keys 0000, 0001, ... and an empty copy of it, connected in memory.</summary>
internal sealed class BeePair : IAsyncDisposable
{
    private readonly EventLoop _loop;
    private readonly CorestoreStorage _here;
    private readonly CorestoreStorage _there;

    private BeePair(EventLoop loop, CorestoreStorage here, CorestoreStorage there, Hypercore copy, Hypercore core) =>
        (_loop, _here, _there, Copy, Core) = (loop, here, there, copy, core);

    /// <summary>Everything, which its writer has closed.</summary>
    public Hypercore Core { get; }

    /// <summary>Nothing but what is read through it.</summary>
    public Hypercore Copy { get; }

    public static async Task<BeePair> OpenAsync(EventLoop loop, int entries)
    {
        var there = CorestoreStorage.CreateInMemory(loop);
        var here = CorestoreStorage.CreateInMemory(loop);
        var core = await Hypercore.OpenAsync(there);
        await using (var bee = new Hyperbee(core.OpenSession()))
        {
            await using var batch = bee.CreateBatch();
            foreach (var i in Enumerable.Range(0, entries))
                await batch.PutAsync(Key(i), Key(i));
            await batch.FlushAsync();
        }
        var copy = await Hypercore.OpenAsync(here, new HypercoreOptions { Key = core.Key });
        copy.Reads = new GetOptions();
        var (a, b) = BytePipe.Create(loop);
        core.Replicate(new NoiseSecretStream(a, isInitiator: true, KeyOf(1)));
        copy.Replicate(new NoiseSecretStream(b, isInitiator: false, KeyOf(2)));
        await copy.UpdateAsync();
        Assert.Equal((ulong)entries + 1, copy.Length);
        return new BeePair(loop, here, there, copy, core);
    }

    public static byte[] Key(int i) => Vectors.Bytes($"{i:d4}");

    /// <summary>Lets everything that is on its way arrive.</summary>
    public Task SettleAsync() => Task.Delay(TimeSpan.FromSeconds(5), _loop.Time);

    /// <summary>Plays a peer that is no bee: what it hears.</summary>
    public static (CoreExtension Extension, List<ExtensionMessage> Heard) Listen(Hypercore core)
    {
        var heard = new List<ExtensionMessage>();
        var extension = core.RegisterExtension(
            BeeExtension.Name,
            (_, bytes) =>
            {
                Assert.True(ExtensionCodec.TryReadFrame(bytes, out var message));
                heard.Add(message);
            }
        );
        return (extension, heard);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    private static KeyPair KeyOf(byte seed) => KeyPair.FromSeed([.. Enumerable.Repeat(seed, KeyPair.SeedBytes)]);
}
