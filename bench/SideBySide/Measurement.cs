namespace SideBySide;

/// <summary>A metric with the values of all rounds.</summary>
internal sealed record Measurement(string Scenario, Metric Metric, double[] Js, double[] Ours)
{
    public double JsMedian => Median(Js);

    public double OursMedian => Median(Ours);

    /// <summary>How many times better ours is; 2 always means twice as good.</summary>
    public double SpeedUp => Metric.IsRate ? OursMedian / JsMedian : JsMedian / OursMedian;

    private static double Median(double[] values)
    {
        if (values.Length == 0)
            return double.NaN;
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
