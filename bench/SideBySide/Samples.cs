namespace SideBySide;

/// <summary>Times of single operations.</summary>
internal static class Samples
{
    public static double Percentile(double[] samples, double share)
    {
        Array.Sort(samples);
        return samples[Math.Min(samples.Length - 1, (int)(samples.Length * share))];
    }
}
