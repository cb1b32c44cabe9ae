namespace SideBySide;

/// <summary>One figure of a scenario.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="IsRate">Whether more is better; if not it is a time, and less is.</param>
/// <param name="IsOurs">Whether only our side can tell it; these come last.</param>
internal sealed record Metric(string Name, string Unit, bool IsRate, bool IsOurs = false)
{
    /// <summary>Managed memory allocated for each of them.</summary>
    public static Metric AllocatedPer(string unit) => new("allocated", $"B/{unit}", IsRate: false, IsOurs: true);
}
