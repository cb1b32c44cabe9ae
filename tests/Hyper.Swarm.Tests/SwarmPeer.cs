using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>A swarm whose connections say hello and note what they hear.</summary>
internal sealed class SwarmPeer
{
    private readonly List<(Func<bool> Condition, TaskCompletionSource Met)> _waiters = [];

    public SwarmPeer(HyperDht dht, HyperswarmOptions options)
    {
        Dht = dht;
        Swarm = Hyperswarm.Create(dht, OnConnection, options);
    }

    public HyperDht Dht { get; }

    public Hyperswarm Swarm { get; }

    public SimulatedHost Host => (SimulatedHost)Dht.Loop;

    public Bytes32 Key => Swarm.KeyPair.PublicKey;

    /// <summary>Connections that are open and over which the other side's hello has come.</summary>
    public Dictionary<NoiseSecretStream, PeerInfo> Greeted { get; } = [];

    /// <summary>Every event in order: "+key" for a greeting, "-key" for an end.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Runs first when a connection is handed over: a place for an application's faults.</summary>
    public Action? OnConnecting { get; set; }

    public Task GreetedAsync(params SwarmPeer[] others) =>
        UntilAsync(() => others.All(other => Greeted.Keys.Any(stream => stream.RemotePublicKey == other.Key)));

    public Task UntilAsync(Func<bool> condition)
    {
        if (condition())
            return Task.CompletedTask;
        var met = new TaskCompletionSource();
        _waiters.Add((condition, met));
        return met.Task;
    }

    /// <summary>Lets time pass until nobody is dialled, and all who are not connected wait for their turn.</summary>
    public async Task UntilWaitingAsync(SimulatedWorld world)
    {
        while (Swarm.Connecting > 0 || Swarm.Peers.Count(known => !known.Value.IsWaiting) > Swarm.Connections.Count)
            await world.Delay(TimeSpan.FromSeconds(1));
    }

    private void OnConnection(NoiseSecretStream stream, PeerInfo peer)
    {
        OnConnecting?.Invoke();
        stream.Start(new Greeter(this, stream, peer));
        stream.Write("hello"u8);
    }

    private void Note(string what)
    {
        Events.Add(what);
        foreach (var waiter in _waiters.Where(w => w.Condition()).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Met.SetResult();
        }
    }

    private sealed class Greeter(SwarmPeer owner, NoiseSecretStream stream, PeerInfo peer) : IMessageDuplexHandler
    {
        public void OnMessage(ReadOnlySpan<byte> message)
        {
            owner.Greeted[stream] = peer;
            owner.Note($"+{stream.RemotePublicKey}");
        }

        public void OnEnd() => stream.End();

        public void OnDrain() { }

        public void OnClose(Exception? error)
        {
            owner.Greeted.Remove(stream);
            owner.Note($"-{stream.RemotePublicKey}");
        }
    }
}
