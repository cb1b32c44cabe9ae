namespace SideBySide.Work;

/// <summary>
/// Messages from a client of one peer's bridge to a client of another's. Each peer has a process of its own: the JavaScript
/// ones, which check no signatures on such a channel, on Bare with packages of their own whatever the set
/// (<see cref="JsIntercom"/>), ours as the native program (<see cref="OurIntercom"/>).
/// </summary>
internal sealed class BridgeWork(OurWorld world)
{
    private const int SmallCount = 20_000;
    private const int SmallBytes = 200;
    private const int LargeCount = 3_000;
    private const int LargeBytes = 10_000;
    private const int Echoes = 300;
    private const int HardEchoes = 60;
    private const int Crowd = 99;
    private const int CrowdMessages = 1_500;
    private const int DefaultDifficulty = 12;

    /// <summary>Both peers may dial at once; until one of the two connections is given up, messages can be lost with it.</summary>
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(2);
    private const string Token = "a token of the bench that is long enough";

    private static readonly Metric _median = new("median", "ms", IsRate: false);
    private static readonly Metric _p99 = new("p99", "ms", IsRate: false);

    /// <summary>
    /// The median of all delays, the p99 of the client whose p99 is the longest, and the ratio of the client whose p99 grows
    /// most; "+1": beside the client that stalls.
    /// </summary>
    private static readonly Metric[] _ofCrowd =
    [
        _median,
        new("+1 median", "ms", IsRate: false),
        _p99,
        new("+1 p99", "ms", IsRate: false),
        new("ratio", "", IsRate: false),
    ];

    private readonly Dictionary<(bool Verifies, int Difficulty), BridgePair> _ours = [];
    private readonly Dictionary<(NodeDriver Node, int Difficulty), BridgePair> _theirs = [];

    public static IEnumerable<Scenario> All(OurWorld world)
    {
        var work = new BridgeWork(world);
        return
        [
            work.Rate("bridge, 200 B, we verify", SmallCount, SmallBytes, verifies: true),
            work.Rate("bridge, 200 B, verify off", SmallCount, SmallBytes, verifies: false),
            work.Rate("bridge, 10 KB, we verify", LargeCount, LargeBytes, verifies: true),
            work.Rate("bridge, 10 KB, verify off", LargeCount, LargeBytes, verifies: false),
            work.Times("bridge, one message of 200 B", 0, pair => pair.TimesAsync(Echoes, SmallBytes)),
            work.Times(
                "bridge, the same, 12 bits of work",
                DefaultDifficulty,
                pair => pair.TimesAsync(HardEchoes, SmallBytes)
            ),
            work.Stall("bridge, 99 and one that stalls"),
        ];
    }

    private Scenario Rate(string name, int count, int bytes, bool verifies) =>
        new(
            name,
            [new Metric("", "msg/s", IsRate: true)],
            async node => [await (await TheirsAsync(node, 0)).RateAsync(count, bytes)],
            async () => [await (await OursAsync(verifies, 0)).RateAsync(count, bytes)]
        );

    private Scenario Times(string name, int difficulty, Func<BridgePair, Task<double[]>> measure) =>
        new(
            name,
            [_median, _p99],
            async node => Summary(await measure(await TheirsAsync(node, difficulty))),
            async () => Summary(await measure(await OursAsync(verifies: true, difficulty)))
        );

    private Scenario Stall(string name)
    {
        return new(
            name,
            _ofCrowd,
            async node => await MeasureAsync(await TheirsAsync(node, 0)),
            async () => await MeasureAsync(await OursAsync(verifies: true, 0))
        );

        static async Task<double[]> MeasureAsync(BridgePair pair)
        {
            var (alone, beside) = await pair.CrowdTimesAsync(Crowd, CrowdMessages, SmallBytes);
            return
            [
                Samples.Percentile([.. alone.SelectMany(times => times)], 0.5),
                Samples.Percentile([.. beside.SelectMany(times => times)], 0.5),
                alone.Max(Tail),
                beside.Max(Tail),
                alone.Zip(beside, (before, after) => Tail(after) / Tail(before)).Max(),
            ];
        }

        static double Tail(double[] times) => Samples.Percentile(times, 0.99);
    }

    private static double[] Summary(double[] times) =>
        [Samples.Percentile(times, 0.5), Samples.Percentile(times, 0.99)];

    private async Task<BridgePair> TheirsAsync(NodeDriver node, int difficulty)
    {
        if (_theirs.TryGetValue((node, difficulty), out var made))
            return made;
        var channel = NextChannel();
        var bootstrap = (await node.CallAsync("bench.bootstrap", new { })).GetProperty("bootstrap");
        var here = await JsIntercom.StartAsync(bootstrap, channel, difficulty, Token);
        world.Own(here);
        var there = await JsIntercom.StartAsync(bootstrap, channel, difficulty, Token);
        world.Own(there);
        await here.OpenedAsync();
        await Task.Delay(_settling);
        return _theirs[(node, difficulty)] = new BridgePair(here.Port, there.Port, Token, channel);
    }

    private async Task<BridgePair> OursAsync(bool verifies, int difficulty)
    {
        if (_ours.TryGetValue((verifies, difficulty), out var made))
            return made;
        var channel = NextChannel();
        var here = await StartAsync(channel, verifies, difficulty);
        var there = await StartAsync(channel, verifies, difficulty);
        var pair = new BridgePair(here.Port, there.Port, Token, channel);
        await pair.WaitForPathAsync();
        await Task.Delay(_settling);
        return _ours[(verifies, difficulty)] = pair;
    }

    /// <summary>Each pair has a channel of its own: they all know each other, and would pass on what the others say.</summary>
    private string NextChannel() => $"bench{world.NextNumber()}";

    private async Task<OurIntercom> StartAsync(string channel, bool verifies, int difficulty)
    {
        var network = await world.Loop.InvokeAsync(() => world.NetworkAsync(10));
        var peer = await OurIntercom.StartAsync(
            world.Program,
            world.Folder,
            $"peer{world.NextNumber()}",
            string.Join(',', network.Bootstrap),
            channel,
            difficulty,
            verifies,
            Token
        );
        world.Own(peer);
        return peer;
    }
}
