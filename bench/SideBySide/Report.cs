using System.Globalization;

namespace SideBySide;

/// <summary>Prints a table that is also Markdown.</summary>
internal static class Report
{
    public static void WriteHeader()
    {
        Console.WriteLine(
            $"| {"work", -34} | {"figure", -12} | {"JS", 9} | {"ours", 9} | speed-up | {"JS min-max", 17} | {"ours min-max", 17} |"
        );
        Console.WriteLine(
            $"|{new string('-', 36)}|{new string('-', 14)}|{new string('-', 10)}:|{new string('-', 10)}:|"
                + $"{new string('-', 9)}:|{new string('-', 18)}:|{new string('-', 18)}:|"
        );
    }

    public static void Write(IReadOnlyList<Measurement> measurements)
    {
        foreach (var item in measurements)
        {
            var figure = $"{item.Metric.Name} {item.Metric.Unit}".Trim();
            Console.WriteLine(
                $"| {item.Scenario, -34} | {figure, -12} | {Text(item.JsMedian), 9} | {Text(item.OursMedian), 9} | "
                    + $"{Text(item.SpeedUp), 8} | {Range(item.Js), 17} | {Range(item.Ours), 17} |"
            );
        }
    }

    private static string Range(double[] values) =>
        values.Length == 0 ? "" : $"{Text(values.Min())}-{Text(values.Max())}";

    private static string Text(double value) =>
        double.IsNaN(value)
            ? ""
            : value.ToString(
                value < 10 ? "0.00"
                    : value < 1000 ? "0.0"
                    : "0",
                CultureInfo.InvariantCulture
            );
}
