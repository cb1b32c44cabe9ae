namespace Hyper.Udx.Internal;

/// <summary>Maximum over a sliding window of rounds: <see cref="WindowedMin"/> of the negated values.</summary>
internal sealed class WindowedMax(long window)
{
    private readonly WindowedMin _min = new(window);

    public long Value => -_min.Value;

    public void Update(long value, long round) => _min.Update(-value, round);
}
