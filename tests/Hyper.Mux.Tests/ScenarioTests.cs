using System.Text.Json;

namespace Hyper.Mux.Tests;

/// <summary>What the reference did on a scripted stream, step by step: callbacks, frames and flow control.</summary>
public sealed class ScenarioTests
{
    public static TheoryData<string> Ids =>
        [.. Vectors.Scenarios.Select(scenario => scenario.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Mux_on_a_scripted_stream_does_as_the_reference(string id) =>
        InWorld.Run(
            async (host, world) =>
            {
                var player = new MuxPlayer(host);
                var number = 0;
                foreach (var step in Vectors.Scenario(id).GetProperty("steps").EnumerateArray())
                {
                    player.Clear();
                    player.Play(step);
                    await world.Settle();
                    var at = $"{id}, step {number++}: {step.GetProperty("op").GetString()}";
                    AssertSame(ExpectedEvents(step), player.Events, at);
                    AssertSame(ExpectedWrites(step, player.Deferred), player.Stream.Writes, at);
                    AssertSame(Vectors.Lines(step, "flow"), player.Stream.Flow, at);
                }
            }
        );

    [Theory]
    [InlineData("protomux-3.10.1.json")]
    [InlineData("protomux-races.json")]
    public void Scenarios_hold_the_frames_of_the_recorded_vectors(string file)
    {
        var compared = 0;
        foreach (var vector in Vectors.Load(file).GetProperty("vectors").EnumerateArray())
        {
            var id = vector.GetProperty("id").GetString()!;
            var scenario = Vectors.Scenarios.SingleOrDefault(s => s.GetProperty("id").GetString() == id);
            if (scenario.ValueKind == JsonValueKind.Undefined)
                continue;
            var frames = scenario.GetProperty("steps").EnumerateArray().SelectMany(s => Vectors.Lines(s, "writes"));
            var recorded = Vectors.Lines(vector, "writes").Where(write => char.IsAsciiDigit(write[0]));
            // Scenarios that go on after the recorded one ends.
            Assert.Equal(recorded, frames.Take(recorded.Count()));
            compared++;
        }
        Assert.True(compared > 0, $"No vector of {file} is played.");
    }

    /// <summary>The recorded callbacks, without the drains: there they come to all, and nobody was told to wait.</summary>
    private static string[] ExpectedEvents(JsonElement step) =>
        [.. Vectors.Lines(step, "events").Where(line => !line.EndsWith(" ondrain", StringComparison.Ordinal))];

    /// <summary>
    /// The recorded frames, but with the close of an open that was not answered when its answer comes (<c>stale</c>) and not
    /// before: docs/protocol/protomux.md, "Races".
    /// </summary>
    private static string[] ExpectedWrites(JsonElement step, List<int> deferred)
    {
        var recorded = Vectors
            .Lines(step, "writes")
            .Select(frame => Frames.WithoutCloses(frame, deferred))
            .OfType<string>()
            .ToArray();
        if (!step.TryGetProperty("stale", out var stale))
            return recorded;
        return [.. recorded, .. stale.EnumerateArray().Select(id => $"0003{id.GetInt32():x2}")];
    }

    private static void AssertSame(string[] expected, List<string> actual, string at) =>
        Assert.True(
            expected.SequenceEqual(actual),
            $"{at}\nexpected: {string.Join(" | ", expected)}\nactual:   {string.Join(" | ", actual)}"
        );
}
