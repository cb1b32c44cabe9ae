using Hyper.Encoding.Json;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>Every decision recorded from the JavaScript peer, replayed over real Protomux in a simulated world.</summary>
public sealed class ReplayTests
{
    private static readonly JsObject _policy = Vectors.Load("policy-decisions.json");
    private static readonly JsObject _relay = Vectors.Load("relay.json");

    private static readonly Dictionary<string, byte> _policySeeds = new()
    {
        ["K1"] = 11,
        ["K2"] = 12,
        ["K3"] = 13,
        ["OBS"] = 14,
    };

    private static readonly Dictionary<string, byte> _relaySeeds = new()
    {
        ["A"] = 11,
        ["C"] = 12,
        ["D"] = 14,
    };

    public static TheoryData<string> PolicySetups => Setups(_policy);

    public static TheoryData<string> RelaySetups => Setups(_relay);

    [Theory]
    [MemberData(nameof(PolicySetups))]
    public void Policy_decisions_of_a_setup_are_those_recorded(string setup) => Replay(_policy, setup, _policySeeds);

    /// <summary>The pool answers a moment later, so that frames gather and are judged in batches.</summary>
    [Theory]
    [MemberData(nameof(PolicySetups))]
    public void Policy_decisions_of_a_setup_do_not_depend_on_the_speed_of_the_pool(string setup) =>
        Replay(_policy, setup, _policySeeds, TimeSpan.FromMilliseconds(3));

    [Theory]
    [MemberData(nameof(RelaySetups))]
    public void Relay_decisions_of_a_setup_are_those_recorded(string setup) => Replay(_relay, setup, _relaySeeds);

    [Fact]
    public void Every_recorded_case_is_replayed_or_waits_by_name()
    {
        var ids = Cases(_policy).Concat(Cases(_relay)).Select(recorded => recorded.GetString("id")!).ToList();
        Assert.Equal(424 + 39, ids.Count);
        Assert.Empty(WaitingCases.All.Keys.Except(ids));
        Assert.Empty(DeliberateDifferences.Steps.Select(step => step.Case).Except(ids));
        Assert.Empty(DeliberateDifferences.BoundedTtl.Except(ids));
        var setups = PolicySetups.Concat(RelaySetups).Select(row => row.Data).ToHashSet();
        var unreached = Cases(_policy)
            .Concat(Cases(_relay))
            .Where(recorded => !setups.Contains(recorded.GetString("setup")!))
            .Select(recorded => recorded.GetString("id")!);
        Assert.Equal(WaitingCases.All.Keys.Order(), unreached.Order());
    }

    /// <summary>What every step of every case led to.</summary>
    internal static IReadOnlyList<Decision> DecideAll() =>
        [
            .. Names(PolicySetups).SelectMany(name => Run(_policy, name, _policySeeds).Decisions),
            .. Names(RelaySetups).SelectMany(name => Run(_relay, name, _relaySeeds).Decisions),
        ];

    private static IEnumerable<string> Names(TheoryData<string> setups) => setups.Select(row => row.Data);

    private static void Replay(
        JsObject file,
        string name,
        IReadOnlyDictionary<string, byte> seeds,
        TimeSpan offloadTime = default
    )
    {
        var replay = Run(file, name, seeds, offloadTime);
        Assert.True(replay.Faults.Count == 0, string.Join("\n", replay.Faults));
    }

    private static CaseReplay Run(
        JsObject file,
        string name,
        IReadOnlyDictionary<string, byte> seeds,
        TimeSpan offloadTime = default
    )
    {
        var setup = file.GetArray("setups")!.Cast<JsObject>().Single(setup => setup.GetString("id") == name);
        var cases = Cases(file).Where(recorded => recorded.GetString("setup") == name).ToList();
        Assert.NotEmpty(cases);
        var replay = new CaseReplay(setup, seeds, offloadTime);
        replay.Run(cases);
        return replay;
    }

    private static IEnumerable<JsObject> Cases(JsObject file) => file.GetArray("cases")!.Cast<JsObject>();

    private static TheoryData<string> Setups(JsObject file) =>
        [
            .. file.GetArray("setups")!
                .Cast<JsObject>()
                .Where(setup => setup.ContainsKey("partners_connected"))
                .Select(setup => setup.GetString("id")!)
                .Where(id => Cases(file).Any(recorded => recorded.GetString("setup") == id)),
        ];
}
