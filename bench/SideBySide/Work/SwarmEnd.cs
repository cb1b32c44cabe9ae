using Hyper.Dht;
using Hyper.SecretStream;
using Hyper.Swarm;

namespace SideBySide.Work;

/// <summary>A swarm on a node of its own, in a network of ten.</summary>
internal sealed class SwarmEnd : IAsyncDisposable
{
    private const int NetworkSize = 10;

    private TaskCompletionSource? _met;
    private int _awaited;

    private SwarmEnd(HyperDht node)
    {
        Swarm = Hyperswarm.Create(node, (stream, _) => Take(stream));
        Swarm.Updated += OnUpdated;
    }

    public Hyperswarm Swarm { get; }

    public static async Task<SwarmEnd> StartAsync(OurWorld world) => new(await world.NodeAsync(NetworkSize));

    /// <summary>Completes when so many connections stand.</summary>
    public Task ConnectedAsync(int connections)
    {
        _met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited = connections;
        OnUpdated();
        return _met.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await Swarm.DestroyAsync();
        await Swarm.Dht.DestroyAsync();
    }

    private static void Take(NoiseSecretStream stream) => _ = new StreamEnd(stream);

    private void OnUpdated()
    {
        if (Swarm.Connections.Count == _awaited)
            _met?.TrySetResult();
    }
}
