using Hyper.Encoding;
using Hyper.Swarm;
using SimulationKit;
using TestKit;

namespace Simulation.Tests;

/// <summary>
/// Many peers with many topics, which join, leave, stop, die, come back, lose connections and are cut off at random while they
/// talk. Left in peace, all that live and share a topic are connected, once, everything said over a living connection is heard
/// once, and of the dead nothing is left over.
/// </summary>
internal sealed class Town(SimulatedNetwork network, TownPlan plan, Action<string> tell)
{
    private readonly Random _random = new(network.World.Seed);
    private readonly Register _register = new();
    private readonly Dictionary<SimulatedPeer, List<PeerDiscoverySession>> _sessions = [];

    /// <summary>Those that run and do not sleep.</summary>
    private IEnumerable<SimulatedPeer> Living =>
        network.Peers.Where(peer => peer is { IsAlive: true, Swarm.IsSuspended: false });

    private IEnumerable<SimulatedPeer> Sleeping =>
        network.Peers.Where(peer => peer is { IsAlive: true, Swarm.IsSuspended: true });

    public async Task RunAsync()
    {
        for (var i = 0; i < plan.Peers; i++)
        {
            var peer = network.CreatePeer(
                $"peer {i}",
                (stream, _) => _register.Open(stream),
                // Whoever has joined many topics may know everybody; peers with all places taken need not find each other.
                new HyperswarmOptions { MaxPeers = plan.Peers },
                nat: plan.Nats[i % plan.Nats.Count]
            );
            _sessions.Add(peer, []);
            for (var topics = 0; topics < plan.TopicsPerPeer; topics++)
                Join(peer);
        }
        tell($"all joined are connected after {await network.UntilAsync(FindStranger, plan.JoinPatience)}");
        for (var i = 0; i < plan.Events; i++)
        {
            await HappenAsync(network.Peers[_random.Next(plan.Peers)]);
            await network.World.Delay(plan.LongestPause * _random.NextDouble());
        }
        network.Heal();
        network.World.Conditions = plan.Conditions;
        foreach (var sleeper in Sleeping.ToList())
            await sleeper.Swarm.ResumeAsync();
        tell($"after {plan.Events} events {Living.Count()} peers live; {_register.Begun} ends were open");
        tell($"calm {await network.UntilAsync(FindStranger, plan.CalmPatience)} after the last event");
        SpeakAll();
        tell($"all is heard after {await network.UntilAsync(_register.FindUnheard, TimeSpan.FromMinutes(1))}");
        tell($"{_register.Heard} messages heard, {network.World.Elapsed} of virtual time");
        Assert.Null(_register.FindFault());
        await network.StopAsync();
        Assert.Empty(_register.Present);
    }

    private async Task HappenAsync(SimulatedPeer peer)
    {
        if (!peer.IsAlive)
        {
            peer.Start();
            Join(peer);
            Join(peer);
            return;
        }
        if (peer.Swarm.IsSuspended)
        {
            await peer.Swarm.ResumeAsync();
            return;
        }
        var sessions = _sessions[peer];
        switch (_random.Next(20))
        {
            case < 3:
                Join(peer);
                break;
            case < 5 when sessions.Count > 0:
                var session = sessions[_random.Next(sessions.Count)];
                sessions.Remove(session);
                await session.DestroyAsync();
                break;
            case 5:
                sessions.Clear();
                await peer.StopAsync();
                break;
            case < 8:
                sessions.Clear();
                await peer.KillAsync();
                break;
            case < 11 when peer.Swarm.Connections.Count > 0:
                peer.Swarm.Connections.ElementAt(_random.Next(peer.Swarm.Connections.Count)).Destroy();
                break;
            case 11:
                SimulatedNetwork.Split(1, network.Peers.Where(_ => _random.Next(4) == 0));
                break;
            case 12:
                network.Heal();
                break;
            case 13:
                peer.Swarm.OnNetworkChanged();
                break;
            case 14 when sessions.Count > 0:
                await Task.WhenAny(InTheWorldAsync(sessions[0].FlushedAsync()), network.World.Delay(plan.LongestPause));
                break;
            case 15:
                await FlushAsync(peer);
                break;
            case 16:
                await peer.Swarm.SuspendAsync();
                break;
            case 17:
                network.World.Conditions = plan.Conditions with { Loss = 0.1 * _random.NextDouble() };
                break;
            default:
                SpeakAll();
                break;
        }
        Assert.Null(_register.FindFault());
    }

    private async Task FlushAsync(SimulatedPeer peer)
    {
        using var patience = new CancellationTokenSource(plan.LongestPause, peer.Host.Time);
        try
        {
            await peer.Swarm.FlushAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody is hard to reach: that is no fault.
        }
    }

    // What never continues anybody in place would take WhenAny through the thread pool.
    private static async Task InTheWorldAsync(Task task) => await task;

    private void SpeakAll()
    {
        foreach (var conversation in _register.Present)
            conversation.Speak();
    }

    private void Join(SimulatedPeer peer) =>
        _sessions[peer].Add(peer.Swarm.Join(SimulatedNetwork.Topic($"topic {_random.Next(plan.Topics)}")));

    private string? FindStranger()
    {
        foreach (var peer in Living)
        {
            var connected = peer.Swarm.Connections.Select(connection => connection.RemotePublicKey).ToHashSet();
            if (connected.Count != peer.Swarm.Connections.Count)
                return $"{peer} is connected with somebody twice";
            var topics = Topics(peer);
            foreach (var other in Living)
            {
                if (other != peer && !connected.Contains(other.PublicKey) && Topics(other).Overlaps(topics))
                    return $"{peer} is not connected with {other}; they have {connected.Count} and {other.Swarm.Connections.Count} links";
            }
        }
        return null;
    }

    private HashSet<Bytes32> Topics(SimulatedPeer peer) => [.. _sessions[peer].Select(session => session.Topic)];
}
