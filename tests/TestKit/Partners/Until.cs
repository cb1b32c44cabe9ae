using System.Diagnostics;
using Xunit;

namespace TestKit.Partners;

/// <summary>Waits for a state that announces itself by no event.</summary>
public static class Until
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">What is to hold.</param>
    /// <param name="awaited">What the failure says that was waited for.</param>
    /// <param name="deadline">How long; <see cref="PartnerProcess.DefaultDeadline"/> by default.</param>
    public static async Task TrueAsync(Func<Task<bool>> condition, string awaited, TimeSpan? deadline = null)
    {
        var limit = deadline ?? PartnerProcess.DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        using var period = new PeriodicTimer(Period);
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"Waited {limit} for {awaited}.");
            await period.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
