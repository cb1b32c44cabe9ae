using Hyper.Loop;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>
/// Random sequences of everything a user can do, on a bad link: write, flush, pause, resume, messages, moves of either side
/// to another socket, a path that narrows and widens, and at the end a clean end of both or a destroy. Bytes arrive once and in order, both ends settle,
/// every change of remote is answered, and no buffer, stream or timer is left.
/// </summary>
public class RandomOperationTests
{
    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Random_operations_keep_the_data_intact_and_the_counters_bounded()
    {
        var first = TestSeed.Next() & 0xfffffff;
        var rounds = FuzzBudget.Rounds(usually: 100, atMost: 10_000);
        for (var seed = first; seed < first + rounds; seed++)
            RunOne(seed);
    }

    /// <summary>Seeds that once failed.</summary>
    [Theory]
    [InlineData(48614)]
    [InlineData(99618885)]
    public void Random_operations_of_a_known_seed_keep_the_data_intact(int seed) => RunOne(seed);

    private static void RunOne(int seed)
    {
        var random = new Random(seed);
        var conditions = new LinkConditions
        {
            Loss = random.Next(3) * 0.04,
            Duplicate = random.Next(2) * 0.05,
            Reorder = random.Next(3) * 0.05,
            Delay = TimeSpan.FromMilliseconds(random.Next(40)),
            Jitter = TimeSpan.FromMilliseconds(random.Next(2) * 5),
            BytesPerSecond = random.Next(3) * 500_000,
        };
        var options = new UdxOptions
        {
            ReceiveWindowBytes = 65_536 << random.Next(5),
            MaxReceiveWindowBytes = 65_536 << random.Next(9),
            KeepAlive = TimeSpan.FromSeconds(random.Next(3)),
            InitialSequence = (uint)random.NextInt64(uint.MaxValue),
        };
        var pair = new Pair(seed, conditions, options);
        var written = new List<byte>[] { [], [] };
        var isDestroyed = random.Next(4) == 0;
        pair.Run(
            async () =>
            {
                StreamEnd[] ends = [pair.A, pair.B];
                var mover = new Mover(pair, random);
                for (var step = 0; step < 200; step++)
                {
                    if (random.Next(100) == 0)
                        pair.World.Conditions = conditions with { Mtu = random.Next(1200, 1501) };
                    await StepAsync(pair, mover, ends, written, random);
                }
                if (isDestroyed)
                    ends[random.Next(2)].Stream.Destroy();
                foreach (var end in ends)
                {
                    end.Stream.ResumeReading();
                    end.Stream.End();
                }
                await pair.A.Closed;
                await pair.B.Closed;
                await pair.AssertNothingLeftAsync();
                mover.AssertSettled();
                if (!isDestroyed)
                    AssertBooksBalance(ends, written, seed);
                for (var i = 0; i < 2; i++)
                {
                    var (sent, got) = (written[i].ToArray(), ends[1 - i].Data.ToArray());
                    Assert.True(sent.AsSpan().StartsWith(got), $"seed {seed}: not what was written");
                    var bothClean = pair.A.CloseError is null && pair.B.CloseError is null;
                    Assert.True(!bothClean || sent.Length == got.Length, $"seed {seed}: {got.Length} of {sent.Length}");
                    Assert.True(
                        bothClean || isDestroyed,
                        $"seed {seed}: {pair.A.CloseError?.Message} {pair.B.CloseError?.Message}"
                    );
                }
            },
            TimeSpan.FromHours(1)
        );
        Assert.True(pair.World.ArmedTimers == 0, $"seed {seed}: a timer is left");
    }

    /// <summary>Everything written was sent, and of everything sent nothing is left.</summary>
    private static void AssertBooksBalance(StreamEnd[] ends, List<byte>[] written, int seed)
    {
        for (var i = 0; i < 2; i++)
        {
            var (here, there) = (ends[i].Stream.Statistics, ends[1 - i].Stream.Statistics);
            Assert.True(here is { BytesInFlight: 0, BytesQueued: 0 }, $"seed {seed}: {here}");
            Assert.True(
                here.BytesSent == written[i].Count,
                $"seed {seed}: {here.BytesSent} of {written[i].Count} sent"
            );
            Assert.True(here.BytesSent == there.BytesReceived, $"seed {seed}: {there.BytesReceived} received");
        }
    }

    private static async Task StepAsync(Pair pair, Mover mover, StreamEnd[] ends, List<byte>[] written, Random random)
    {
        var side = random.Next(2);
        var stream = ends[side].Stream;
        switch (random.Next(12))
        {
            case < 5:
                var bytes = new byte[random.Next(random.Next(8) == 0 ? 100_000 : 2000)];
                random.NextBytes(bytes);
                var span = stream.GetSpan(bytes.Length + random.Next(100));
                bytes.CopyTo(span);
                stream.Advance(bytes.Length);
                written[side].AddRange(bytes);
                if (random.Next(4) != 0)
                    stream.Flush();
                break;
            case 5:
                stream.PauseReading();
                break;
            case 6:
                stream.ResumeReading();
                break;
            case 7:
                stream.TrySendMessage(new byte[random.Next(1200)]);
                break;
            case 8:
                if (random.Next(4) == 0)
                    mover.Move(side);
                break;
            default:
                await pair.World.Delay(TimeSpan.FromMilliseconds(random.Next(random.Next(10) == 0 ? 1000 : 20)));
                break;
        }
        var statistics = stream.Statistics;
        Assert.True(statistics.BytesInFlight >= 0 && statistics.BytesQueued >= 0);
        Assert.InRange(statistics.Mtu, 1200, 1500);
        Assert.True(statistics.CongestionWindow > 0);
        Assert.True(pair.PeerA.Node.Buffers.PacketsInUse <= Internal.ReorderBuffer.MaxPackets);
    }

    /// <summary>Two sockets on each side. A side moves to its other socket; the firewall of the other side follows.</summary>
    private sealed class Mover
    {
        private readonly Random _random;
        private readonly StreamEnd[] _ends;
        private readonly UdxSocket[][] _sockets;
        private readonly List<Task<bool>> _changes = [];

        public Mover(Pair pair, Random random)
        {
            _random = random;
            _ends = [pair.A, pair.B];
            _sockets =
            [
                [pair.PeerA.Socket, pair.PeerA.OpenSocket(4001)],
                [pair.PeerB.Socket, pair.PeerB.OpenSocket(4001)],
            ];
            foreach (var end in _ends)
                end.Stream.Firewall = Follow;
        }

        public void Move(int side)
        {
            var stream = _ends[side].Stream;
            var socket = _sockets[side][_random.Next(2)];
            _changes.Add(stream.ChangeRemoteAsync(socket, stream.RemoteId, stream.RemoteAddress));
        }

        public void AssertSettled() => Assert.All(_changes, change => Assert.True(change.IsCompletedSuccessfully));

        private bool Follow(UdxStream stream, UdxSocket socket, in UdpAddress from)
        {
            if (!from.HasSameHost(stream.RemoteAddress))
                return false;
            _changes.Add(stream.ChangeRemoteAsync(socket, stream.RemoteId, from));
            return true;
        }
    }
}
