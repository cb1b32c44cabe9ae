using System.Globalization;
using Xunit;

namespace TestKit;

/// <summary>
/// Tells whether memory, handles and threads of this process stay flat while the same work is done again and again.
/// </summary>
/// <remarks>
/// A test does a round of work, lets it come to rest, calls <see cref="Sample"/>, and so on for at least
/// <see cref="LeastSamples"/> rounds; then <see cref="AssertFlat"/>. The first third of the samples is warm-up (compiled code, pools,
/// tables that grow once). Through the rest a line is laid by the Theil-Sen estimator (the median of the slopes of all
/// pairs), which one odd sample does not bend; what the line rises from its first sample to its last is the growth that
/// <see cref="ResourceLimits"/> bound. The samples look at the whole process, so such a test must run alone: put its class
/// into a collection with <c>[CollectionDefinition(…, DisableParallelization = true)]</c>. Belongs to one test.
/// <code>
/// var watch = new ResourceWatch();
/// for (var round = 1; round &lt;= 20; round++)
/// {
///     for (var i = 0; i &lt; 500; i++)
///         await ConnectAndCloseAsync();
///     watch.Sample(operations: 500);
/// }
/// watch.AssertFlat();
/// </code>
/// </remarks>
public sealed class ResourceWatch(ResourceLimits? limits = null)
{
    /// <summary>Fewer samples prove nothing.</summary>
    public const int LeastSamples = 5;

    private readonly ResourceLimits _limits = limits ?? new ResourceLimits();
    private readonly List<ResourceSample> _samples = [];
    private long _operations;

    /// <summary>The samples so far.</summary>
    public IReadOnlyList<ResourceSample> Samples => _samples;

    /// <summary>Takes a sample after a round of <paramref name="operations"/>; collects garbage, so not too often.</summary>
    public void Sample(long operations) => Add(ResourceSample.Take(_operations += operations));

    /// <summary>Adds a sample that was taken elsewhere, such as of another process.</summary>
    public void Add(in ResourceSample sample) => _samples.Add(sample);

    /// <summary>Fails with all samples when something grew beyond its limit; tells them in the test's output otherwise.</summary>
    public void AssertFlat()
    {
        Assert.True(_samples.Count >= LeastSamples, $"{_samples.Count} samples: at least {LeastSamples} are needed.");
        var judged = _samples[(_samples.Count / 3)..];
        var faults = new List<string>();
        Judge("managed bytes", judged, sample => sample.ManagedBytes, _limits.ManagedBytes, faults);
        Judge("resident bytes", judged, sample => sample.ResidentBytes, _limits.ResidentBytes, faults);
        Judge("handles", judged, sample => sample.Handles, _limits.Handles, faults);
        Judge("threads", judged, sample => sample.Threads, _limits.Threads, faults);
        var table = string.Join('\n', _samples);
        TestContext.Current.TestOutputHelper?.WriteLine(table);
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\nThe first third is warm-up:\n{table}");
    }

    private static void Judge(
        string what,
        List<ResourceSample> samples,
        Func<ResourceSample, double> read,
        long limit,
        List<string> faults
    )
    {
        var operations = samples[^1].Operations - samples[0].Operations;
        var growth = Slope(samples, read) * operations;
        if (growth <= limit)
            return;
        faults.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} grew by {growth:N0} in {operations:N0} operations ({growth / operations:N2} each); {limit:N0} are allowed."
            )
        );
    }

    private static double Slope(List<ResourceSample> samples, Func<ResourceSample, double> read)
    {
        var slopes = new List<double>();
        for (var i = 0; i < samples.Count; i++)
        {
            for (var j = i + 1; j < samples.Count; j++)
                slopes.Add((read(samples[j]) - read(samples[i])) / (samples[j].Operations - samples[i].Operations));
        }
        slopes.Sort();
        return slopes[slopes.Count / 2];
    }
}
