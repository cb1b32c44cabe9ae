namespace SideBySide;

/// <summary>A piece of work that both sides do. One run gives one value for each metric.</summary>
/// <param name="Name">Its name on the command line and in the table.</param>
/// <param name="Metrics">What a run yields.</param>
/// <param name="Js">A run of the JavaScript packages.</param>
/// <param name="Ours">A run of ours.</param>
internal sealed record Scenario(
    string Name,
    IReadOnlyList<Metric> Metrics,
    Func<NodeDriver, Task<double[]>> Js,
    Func<Task<double[]>> Ours
);
