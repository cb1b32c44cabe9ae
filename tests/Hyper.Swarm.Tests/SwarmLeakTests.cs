using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>
/// Two swarms on a real loop over loopback that do the same again and again. By default 180 times, in the nightly run 10,000
/// times.
/// </summary>
[Collection(nameof(SwarmLeakTests))]
public sealed class SwarmLeakTests : IAsyncLifetime
{
    private const int Samples = 9;

    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);

    private readonly NetworkLoop _loop = new(new NetworkLoopOptions { Name = "leak-loop" });
    private HyperDhtTestnet _testnet = null!;
    private Hyperswarm _a = null!;
    private Hyperswarm _b = null!;

    [CollectionDefinition(nameof(SwarmLeakTests), DisableParallelization = true)]
    public sealed class Alone;

    public async ValueTask InitializeAsync() =>
        await _loop.InvokeAsync(async () =>
        {
            _testnet = await HyperDhtTestnet.CreateAsync(_loop, 4);
            _a = await CreateSwarmAsync();
            _b = await CreateSwarmAsync();
            await _b.ListenAsync();
        });

    public async ValueTask DisposeAsync()
    {
        await _loop.InvokeAsync(async () =>
        {
            foreach (var swarm in new[] { _a, _b })
            {
                await swarm.DestroyAsync();
                await swarm.Dht.DestroyAsync();
            }
            await _testnet.DestroyAsync();
        });
        _loop.Dispose();
        await _loop.Ended;
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public Task Connecting_and_closing_again_and_again_keeps_nothing() =>
        WatchAsync(async () =>
        {
            _a.JoinPeer(_b.KeyPair.PublicKey);
            await UntilAsync(() => _a.Connections.Count == 1 && _b.Connections.Count == 1, "a connection");
            _a.LeavePeer(_b.KeyPair.PublicKey);
            _a.Connections.Single().Destroy();
            await UntilAsync(() => _a.Connections.Count == 0 && _b.Connections.Count == 0, "the end of the connection");
        });

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public Task Dialling_nobody_again_and_again_keeps_nothing() =>
        WatchAsync(async () =>
        {
            using var nobody = KeyPair.Generate();
            var failed = _a.Statistics.ClientClosed;
            _a.JoinPeer(nobody.PublicKey);
            await UntilAsync(() => _a.Statistics.ClientClosed > failed, "the failure of a dial");
            _a.LeavePeer(nobody.PublicKey);
        });

    private async Task WatchAsync(Func<Task> work)
    {
        var operations = FuzzBudget.Rounds(usually: 20, atMost: 1112);
        var watch = new ResourceWatch();
        for (var sample = 0; sample < Samples; sample++)
        {
            await _loop.InvokeAsync(async () =>
            {
                for (var i = 0; i < operations; i++)
                    await work();
                Assert.Empty(_a.Peers);
                Assert.Empty(_b.Peers);
                // A server keeps a handshake for ten seconds. Closed with the swarm, it gives everything back at once.
                await Task.WhenAll(_a.SuspendAsync(), _b.SuspendAsync());
                Assert.Equal((0, 0), _a.Dht.OpenResources);
                Assert.Equal((0, 0), _b.Dht.OpenResources);
                await Task.WhenAll(_a.ResumeAsync(), _b.ResumeAsync());
                await Task.WhenAll(_a.Dht.FullyBootstrappedAsync(), _b.ListenAsync());
            });
            watch.Sample(operations);
        }
        watch.AssertFlat();
    }

    /// <summary>Looks each turn of a timer; on the loop.</summary>
    private async Task UntilAsync(Func<bool> condition, string awaited)
    {
        var startedAt = _loop.Time.GetTimestamp();
        using var period = new PeriodicTimer(TimeSpan.FromMilliseconds(1), _loop.Time);
        while (!condition())
        {
            Assert.True(_loop.Time.GetElapsedTime(startedAt) < _deadline, $"Waited {_deadline} for {awaited}.");
            await period.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<Hyperswarm> CreateSwarmAsync()
    {
        var dht = HyperDht.Create(_loop, HyperDhtOptions.LocalTestnet with { Bootstrap = _testnet.Bootstrap });
        await dht.FullyBootstrappedAsync();
        return Hyperswarm.Create(dht, (stream, _) => stream.Start(new Reader(stream)));
    }

    private sealed class Reader(NoiseSecretStream stream) : IMessageDuplexHandler
    {
        public void OnMessage(ReadOnlySpan<byte> message) { }

        public void OnEnd() => stream.End();

        public void OnDrain() { }

        public void OnClose(Exception? error) { }
    }
}
