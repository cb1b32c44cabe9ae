using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>
/// The sender against another side played by the test: packets are lost, acknowledgements come late, twice, in any order, in
/// part, or claim what never came; windows open and shut. A repeat is the packet that was, nothing is sent past the window,
/// and an honest other side gets everything once it is let.
/// </summary>
public class SenderTests
{
    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Random_acknowledgements_keep_the_sender_within_its_bounds()
    {
        var first = TestSeed.Next() & 0xfffffff;
        var rounds = FuzzBudget.Rounds(usually: 100, atMost: 10_000);
        for (var seed = first; seed < first + rounds; seed++)
            RunOne(seed);
    }

    private static void RunOne(int seed)
    {
        var random = new Random(seed);
        var options = new UdxOptions { InitialSequence = (uint)random.NextInt64(uint.MaxValue) };
        var pair = new RawPair(seed, options);
        pair.Run(async () =>
        {
            pair.End.KeepsData = false;
            var receiver = new Receiver(pair, random, options.InitialSequence, seed);
            for (var step = 0; step < 150 && pair.End.Stream.IsOpen; step++)
            {
                await StepAsync(pair, receiver, random);
                receiver.Check();
            }
            if (receiver.IsHonest)
                await receiver.FinishAsync();
            pair.End.Stream.Destroy();
            await pair.World.Delay(TimeSpan.FromMinutes(2));
            var node = pair.Peer.Node;
            Assert.True(
                (node.StreamCount, node.Buffers.ChunksInUse, node.Buffers.PacketsInUse) == (0, 0, 0),
                $"seed {seed}: something is left"
            );
        });
        Assert.True(pair.World.ArmedTimers == 0, $"seed {seed}: a timer is left");
    }

    private static Task StepAsync(RawPair pair, Receiver receiver, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                receiver.Write(random.Next(random.Next(6) == 0 ? 60_000 : 4000));
                return Task.CompletedTask;
            case 1:
                receiver.Acknowledge();
                return Task.CompletedTask;
            case 2 when random.Next(4) == 0:
                receiver.ChangeWindow();
                return Task.CompletedTask;
            case 3 when random.Next(20) == 0:
                receiver.LieAboutArrivals();
                return Task.CompletedTask;
            case 4 when random.Next(10) == 0:
                return pair.World.Delay(TimeSpan.FromMilliseconds(random.Next(1500)));
            default:
                receiver.Take();
                return pair.World.Delay(TimeSpan.FromMilliseconds(random.Next(30)));
        }
    }

    /// <summary>The other side: what has come to it, and what it says of that.</summary>
    private sealed class Receiver(RawPair pair, Random random, uint initial, int seed)
    {
        private const uint LargestWindow = 1 << 20;

        private readonly Dictionary<long, (PacketFlags Flags, byte[] Payload)> _sent = [];
        private readonly SortedSet<long> _come = [];
        private readonly List<byte> _written = [];
        private readonly double _loss = random.Next(4) * 0.1;
        private long _next = initial;
        private long _highest = (long)initial - 1;
        private uint _window = LargestWindow;
        private int _read;

        public bool IsHonest { get; private set; } = true;

        public void Write(int bytes)
        {
            var data = new byte[bytes];
            random.NextBytes(data);
            pair.End.Write(data);
            _written.AddRange(data);
        }

        /// <summary>Reads what has come since, or loses it.</summary>
        public void Take()
        {
            for (; _read < pair.Raw.Received.Count; _read++)
                TakeOne(pair.Raw.Received[_read], isLost: random.NextDouble() < _loss);
            while (_come.Remove(_next))
                _next++;
        }

        public void Acknowledge()
        {
            var ranges = new List<(uint, uint)>();
            foreach (var sequence in _come)
            {
                if (ranges.Count > 0 && ranges[^1].Item2 == (uint)sequence)
                    ranges[^1] = (ranges[^1].Item1, (uint)sequence + 1);
                else if (ranges.Count == PacketCodec.MaxSackRanges)
                    break;
                else
                    ranges.Add(((uint)sequence, (uint)sequence + 1));
            }
            for (var times = random.Next(8) == 0 ? 2 : 1; times > 0; times--)
                Tell((uint)_next, [.. ranges]);
        }

        public void ChangeWindow() =>
            _window = random.Next(3) switch
            {
                0 => 0,
                1 => (uint)random.Next(5000),
                _ => LargestWindow,
            };

        /// <summary>Acknowledges what it never got; from then on nothing is known but that the sender keeps its bounds.</summary>
        public void LieAboutArrivals()
        {
            IsHonest = false;
            _next += random.NextInt64(_highest + 2 - _next);
            var start = (uint)(_next + random.Next(40));
            Tell((uint)_next, [(start, start + (uint)random.Next(40))]);
            _come.RemoveWhere(sequence => sequence < _next);
        }

        public void Check()
        {
            var statistics = pair.End.Stream.Statistics;
            Assert.True(statistics is { BytesInFlight: >= 0, BytesQueued: >= 0 }, $"seed {seed}: {statistics}");
            var outstanding = _sent.Where(packet => packet.Key >= _next).Sum(packet => packet.Value.Payload.Length);
            Assert.True(outstanding <= LargestWindow, $"seed {seed}: {outstanding} bytes are past the window.");
        }

        /// <summary>Loses nothing more, and answers until all has come.</summary>
        public async Task FinishAsync()
        {
            _window = LargestWindow;
            pair.End.Stream.End();
            for (var turns = 0; turns < 3000 && pair.End.Stream.Statistics.BytesQueued > 0; turns++)
            {
                await pair.World.Delay(TimeSpan.FromMilliseconds(10));
                for (; _read < pair.Raw.Received.Count; _read++)
                    TakeOne(pair.Raw.Received[_read], isLost: false);
                while (_come.Remove(_next))
                    _next++;
                Acknowledge();
            }
            Assert.True(pair.End.Stream.IsOpen, $"seed {seed}: {pair.End.CloseError?.Message}");
            var got = _sent.OrderBy(packet => packet.Key).SelectMany(packet => packet.Value.Payload);
            Assert.True(got.SequenceEqual(_written), $"seed {seed}: not what was written, {_next - initial} packets");
        }

        private void TakeOne(byte[] packet, bool isLost)
        {
            Assert.True(PacketCodec.TryRead(packet, out var header, out _, out var payload));
            if (!header.Flags.HasAny(PacketFlags.Data | PacketFlags.End))
                return;
            var sequence = SequenceNumber.Expand(header.Sequence, _next);
            Assert.True(sequence <= _highest + 1, $"seed {seed}: {sequence} follows {_highest}.");
            _highest = Math.Max(_highest, sequence);
            if (!_sent.TryAdd(sequence, (header.Flags, payload.ToArray())))
            {
                var (flags, before) = _sent[sequence];
                Assert.True(flags == header.Flags && payload.SequenceEqual(before), $"seed {seed}: another {sequence}");
            }
            if (!isLost && sequence >= _next)
                _come.Add(sequence);
        }

        private void Tell(uint next, (uint, uint)[] ranges) =>
            pair.Send(
                ranges.Length == 0 ? PacketFlags.State : PacketFlags.Sack,
                initial,
                next,
                RawPair.Ranges(ranges),
                _window
            );
    }
}
