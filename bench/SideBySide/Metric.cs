namespace SideBySide;

/// <summary>One figure of a scenario.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="IsRate">Whether more is better; if not it is a time, and less is.</param>
internal sealed record Metric(string Name, string Unit, bool IsRate);
