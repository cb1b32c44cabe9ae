using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>What the JavaScript bridge was recorded to answer, asked again over a real WebSocket, in the same order.</summary>
public sealed class BridgeReplayTests
{
    /// <summary>Cases that are replayed elsewhere: commands of the terminal, of which the bridge only passes on the lines.</summary>
    private static readonly Dictionary<string, string> _waiting = new()
    {
        ["bridge-cli"] = "TerminalReplayTests of Intercom.Node, and CliTests",
    };

    /// <summary>Cases in which we answer otherwise; each has a test of its own.</summary>
    private static readonly Dictionary<string, string> _differences = new()
    {
        ["large"] = "a frame has at most the size guard and 64 KiB: BridgeLimitTests",
        ["raw-http-upgrade-no-key"] = "the recorded process ended: BridgeHttpTests",
        ["raw-http-upgrade-origin"] = "web pages are refused: BridgeHttpTests",
        ["raw-http-post"] = "the same status, other headers: BridgeHttpTests",
        ["raw-http-garbage"] = "what is not HTTP gets 400: BridgeHttpTests",
    };

    /// <summary>Members of ours that the recorded peer does not send.</summary>
    private static readonly string[] _additions = ["peers", "verified", "direct", "neighbour", "trust", "reason"];

    private static readonly JsObject _file = Vectors.Load("bridge.json");

    [Fact]
    public void Every_recorded_case_is_replayed_differs_or_waits_by_name()
    {
        Assert.Equal(163, Cases().Count());
        Assert.Empty(_differences.Keys.Except(Cases().Select(Id)));
        Assert.Equal(
            Cases().Where(recorded => recorded.GetString("setup") == "bridge-cli").Select(Id),
            Cases()
                .Where(recorded =>
                    Id(recorded).StartsWith("cli-", StringComparison.Ordinal) && Id(recorded) != "cli-disabled"
                )
                .Select(Id)
        );
        var replayed = Replayed("bridge-plain").Concat(Replayed("bridge-filter-flags")).Select(Id).ToList();
        var rest = Cases().Where(recorded => !_waiting.ContainsKey(recorded.GetString("setup")!)).Select(Id);
        Assert.Equal(rest.Except(_differences.Keys).Order(), replayed.Order());
    }

    [Fact]
    public async Task Answers_of_a_plain_bridge_are_those_recorded()
    {
        var info = Cases().Single(recorded => Id(recorded) == "info");
        var told = (JsObject)((JsArray)info.GetObject("observed")!.GetArray("replies_per_input")![0])[0];
        await using var lab = await BridgeLab.StartAsync(info: told.GetObject("info"));
        var faults = await new BridgeReplay(lab, _additions).RunAsync([.. Replayed("bridge-plain")]);
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    [Fact]
    public async Task Answers_of_a_bridge_with_filter_flags_are_those_recorded()
    {
        var options = BridgeLab.Options with { Filter = "Alpha+beta|gamma", FilterChannels = ["c1"] };
        await using var lab = await BridgeLab.StartAsync(options);
        var faults = await new BridgeReplay(lab, _additions).RunAsync([.. Replayed("bridge-filter-flags")]);
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    private static IEnumerable<JsObject> Cases() => _file.GetArray("cases")!.Cast<JsObject>();

    private static IEnumerable<JsObject> Replayed(string setup) =>
        Cases().Where(recorded => recorded.GetString("setup") == setup && !_differences.ContainsKey(Id(recorded)));

    private static string Id(JsObject recorded) => recorded.GetString("id")!;
}
