namespace SideBySide;

/// <summary>
/// Runs both sides of a scenario in turn, so that what else the machine does falls on both alike.
/// </summary>
internal static class Runner
{
    public static async Task<IReadOnlyList<Measurement>> RunAsync(Scenario scenario, NodeDriver node, int rounds)
    {
        // The first round starts networks, compiles code and fills caches; it does not count.
        await scenario.Js(node);
        await scenario.Ours();
        var js = new double[rounds][];
        var ours = new double[rounds][];
        for (var round = 0; round < rounds; round++)
        {
            js[round] = await scenario.Js(node);
            ours[round] = await scenario.Ours();
        }
        return
        [
            .. scenario.Metrics.Select(
                (metric, index) =>
                    new Measurement(
                        scenario.Name,
                        metric,
                        metric.IsOurs ? [] : [.. js.Select(values => values[index])],
                        [.. ours.Select(values => values[index])]
                    )
            ),
        ];
    }
}
