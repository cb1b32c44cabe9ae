using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>
/// Peers join, leave, sleep, die, come back, lose connections and are cut off from each other at random, one from one and
/// half from half. Left in peace, all that live and share a topic are connected, once, and nothing of the commotion is left
/// over.
/// </summary>
public class ChurnTests(ITestOutputHelper output)
{
    private const int Peers = 10;
    private const int Topics = 3;
    private const int Steps = 150;

    /// <summary>More than the peers of any test here: a full mesh is asked for.</summary>
    private const int MaxPeers = 256;

    /// <summary>The next regular refresh of a topic, and a while for the dials that follow.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(16);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(null)]
    public void Churn_ends_in_one_connection_a_pair_and_nothing_left_over(int? fixedSeed)
    {
        var seed = fixedSeed ?? SystemRandomSource.Instance.Next(int.MaxValue);
        output.WriteLine($"seed {seed}");
        SwarmLab.Run(seed, lab => new Commotion(lab, seed, Peers, output).RunAsync(), TimeSpan.FromHours(2));
    }

    // A hundred in the nightly run.
    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Churn_of_many_ends_in_one_connection_a_pair_and_nothing_left_over()
    {
        var seed = TestSeed.Next();
        var peers = FuzzBudget.Rounds(usually: 20, atMost: 100);
        SwarmLab.Run(seed, lab => new Commotion(lab, seed, peers, output).RunAsync(), TimeSpan.FromHours(2));
    }

    private sealed class Commotion(SwarmLab lab, int seed, int peers, ITestOutputHelper output)
    {
        private readonly Random _random = new(seed);
        private readonly Slot[] _slots = [.. Enumerable.Range(1, peers).Select(i => new Slot((byte)i))];
        private TimeSpan _splitUntil;

        /// <summary>
        /// Of many peers one always dials somebody who is gone; with few, an instant without dials is waited for.
        /// </summary>
        private readonly bool _mayDialTheDead = peers > Peers;
        private readonly Dictionary<(int A, int B), TimeSpan> _cuts = [];

        private IEnumerable<Slot> Living => _slots.Where(slot => slot.Peer is not null);

        public async Task RunAsync()
        {
            lab.World.Drop = (from, to, _) => IsCut(from, to);
            foreach (var slot in _slots)
                slot.Peer = Create(slot);
            for (var step = 0; step < Steps * peers / Peers; step++)
            {
                await StepAsync(_slots[_random.Next(peers)]);
                await lab.World.Delay(
                    TimeSpan.FromSeconds(_random.NextDouble() * _random.NextDouble() * 8 * Peers / peers)
                );
            }
            _cuts.Clear();
            _splitUntil = TimeSpan.Zero;
            foreach (var slot in Living)
                await MaybeAsync(slot.Peer!.Swarm.ResumeAsync());
            await CalmAsync();
            await TakeDownAsync();
        }

        private async Task StepAsync(Slot slot)
        {
            if (slot.Peer is not { } peer)
            {
                slot.Peer = Create(slot);
                Join(slot);
                return;
            }
            switch (_random.Next(24))
            {
                case < 8:
                    Join(slot);
                    break;
                case < 10 when slot.Sessions.Count > 0:
                    var session = slot.Sessions[_random.Next(slot.Sessions.Count)];
                    slot.Sessions.Remove(session);
                    await MaybeAsync(session.DestroyAsync());
                    break;
                case 10:
                    var topic = TopicOf(_random.Next(Topics));
                    slot.Left.AddRange(slot.Sessions.Where(joined => joined.Topic == topic));
                    slot.Sessions.RemoveAll(joined => joined.Topic == topic);
                    await MaybeAsync(peer.Swarm.LeaveAsync(topic));
                    break;
                case 11 when slot.Left.Count > 0:
                    // What was left with its topic is left once more by its owner.
                    await MaybeAsync(slot.Left[_random.Next(slot.Left.Count)].DestroyAsync());
                    break;
                case 12:
                    slot.Forget();
                    await MaybeAsync(DestroyAsync(peer));
                    break;
                case 13:
                    slot.Forget();
                    peer.Host.Crash();
                    // A dead process does nothing more; what it would say on its way down goes nowhere.
                    _ = peer.Swarm.DestroyAsync();
                    await peer.Dht.DestroyAsync(force: true);
                    break;
                case < 16 when peer.Swarm.Connections.Count > 0:
                    peer.Swarm.Connections.ElementAt(_random.Next(peer.Swarm.Connections.Count)).Destroy();
                    break;
                case < 18:
                    Cut(peer, _slots[_random.Next(peers)].Peer);
                    break;
                case < 20:
                    await MaybeAsync(peer.Swarm.SuspendAsync());
                    break;
                case < 22:
                    await MaybeAsync(peer.Swarm.ResumeAsync());
                    break;
                case 22:
                    _splitUntil = lab.World.Elapsed + TimeSpan.FromSeconds(_random.Next(20));
                    break;
                default:
                    peer.Swarm.OnNetworkChanged();
                    break;
            }
        }

        private void Join(Slot slot)
        {
            var role = _random.Next(4);
            var options = new JoinOptions { Server = role != 1, Client = role != 2 };
            // A pair of two clients, or of two servers, need not meet: everybody is both somewhere in the topic.
            var topic = TopicOf(_random.Next(Topics));
            if (!options.Server || !options.Client)
                slot.Sessions.Add(slot.Peer!.Swarm.Join(topic));
            slot.Sessions.Add(slot.Peer!.Swarm.Join(topic, options));
        }

        private Task MaybeAsync(Task work) => _random.Next(2) == 0 ? work : Task.CompletedTask;

        private static async Task DestroyAsync(SwarmPeer peer)
        {
            await peer.Swarm.DestroyAsync();
            await peer.Dht.DestroyAsync();
        }

        private void Cut(SwarmPeer a, SwarmPeer? b)
        {
            if (b is not null && b != a)
                _cuts[(Number(a), Number(b))] = lab.World.Elapsed + TimeSpan.FromSeconds(_random.Next(40));
        }

        private SwarmPeer Create(Slot slot) => lab.CreatePeer(slot.Key, new HyperswarmOptions { MaxPeers = MaxPeers });

        private bool IsCut(UdpAddress from, UdpAddress to)
        {
            if (lab.World.Elapsed < _splitUntil && (Number(from) & 1) != (Number(to) & 1))
                return true;
            foreach (var (pair, until) in _cuts)
            {
                if (until < lab.World.Elapsed)
                    continue;
                if (pair == (Number(from), Number(to)) || pair == (Number(to), Number(from)))
                    return true;
            }
            return false;
        }

        private static int Number(SwarmPeer peer) => Number(new UdpAddress(peer.Host.Address, 1));

        private static int Number(in UdpAddress address) => (int)address.IPv4Host;

        private async Task CalmAsync()
        {
            var until = lab.World.Elapsed + _patience;
            while (FindFault() is { } fault)
            {
                Assert.True(lab.World.Elapsed < until, $"seed {seed}: {fault}");
                await lab.World.Delay(TimeSpan.FromSeconds(1));
            }
            output.WriteLine(
                $"{Living.Count()} peers, calm {_patience - (until - lab.World.Elapsed)} after the last step"
            );
            // And it stays so: what was connected was not a matter of luck between two duplicates.
            await lab.World.Delay(TimeSpan.FromSeconds(30));
            Assert.Null(FindFault(mayDial: true));
        }

        private string? FindFault(bool mayDial = false)
        {
            foreach (var slot in Living)
            {
                var (peer, swarm) = (slot.Peer!, slot.Peer!.Swarm);
                foreach (var connection in swarm.Connections)
                {
                    var other = Living.FirstOrDefault(s => s.Peer!.Key == connection.RemotePublicKey);
                    if (other is null)
                        return $"{slot.Key} is connected with a peer that is gone";
                    if (swarm.Connections.Count(c => c.RemotePublicKey == connection.RemotePublicKey) != 1)
                        return $"{slot.Key} is connected with {other.Key} twice";
                    var hash = connection.HandshakeHash.ToArray();
                    if (!other.Peer!.Swarm.Connections.Any(c => c.HandshakeHash.SequenceEqual(hash)))
                        return $"{other.Key} knows nothing of a connection of {slot.Key}";
                }
                foreach (var other in Living.Where(other => other != slot && other.SharesTopic(slot)))
                {
                    if (!swarm.Connections.Any(c => c.RemotePublicKey == other.Peer!.Key))
                        return $"{slot.Key} is not connected with {other.Key}";
                }
                if (peer.Greeted.Count != swarm.Connections.Count)
                    return $"{slot.Key} was not greeted by all it is connected with";
                // A peer on record that is gone may be dialled now and then.
                if (!mayDial && FindLeftover(slot.Key, peer, _mayDialTheDead) is { } leftover)
                    return leftover;
            }
            return null;
        }

        private static string? FindLeftover(byte key, SwarmPeer peer, bool mayDial)
        {
            var connections = peer.Swarm.Connections.Count;
            var dials = peer.Swarm.Connecting;
            var (streams, sockets) = peer.Dht.OpenResources;
            if (dials > 0 && !mayDial)
                return $"{key} dials";
            if (streams < connections || streams > connections + dials)
                return $"{key} has {streams} streams for {connections} connections and {dials} dials";
            return sockets > connections + dials
                ? $"{key} has {sockets} sockets for {connections} connections and {dials} dials"
                : null;
        }

        private async Task TakeDownAsync()
        {
            foreach (var slot in Living)
            {
                foreach (var session in slot.Sessions)
                    await session.DestroyAsync();
            }
            await lab.World.Delay(TimeSpan.FromSeconds(120));
            foreach (var slot in Living)
            {
                var swarm = slot.Peer!.Swarm;
                Assert.All(swarm.Peers.Keys, key => Assert.Contains(swarm.Connections, c => c.RemotePublicKey == key));
                await DestroyAsync(slot.Peer);
                Assert.Equal((0, 0), slot.Peer.Dht.OpenResources);
            }
            await lab.StopDhtAsync();
            await lab.World.Delay(TimeSpan.FromSeconds(120));
            Assert.Equal(0, lab.World.ArmedTimers);
        }

        private static Bytes32 TopicOf(int number) => SwarmLab.Topic((byte)(100 + number));
    }

    /// <summary>One identity, with the peer that has it at present.</summary>
    private sealed class Slot(byte key)
    {
        public byte Key => key;

        public SwarmPeer? Peer { get; set; }

        public List<PeerDiscoverySession> Sessions { get; } = [];

        public List<PeerDiscoverySession> Left { get; } = [];

        public bool SharesTopic(Slot other) =>
            Sessions.Exists(mine =>
                IsBoth(mine) && other.Sessions.Exists(its => IsBoth(its) && its.Topic == mine.Topic)
            );

        public void Forget()
        {
            Peer = null;
            Sessions.Clear();
            Left.Clear();
        }

        private static bool IsBoth(PeerDiscoverySession session) => session.Options is { Server: true, Client: true };
    }
}
