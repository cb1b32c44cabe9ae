namespace Hyper.Udx.Internal;

/// <summary>
/// Minimum over a sliding window of time in constant space: the best three samples, each newer than the one before
/// (Kathleen Nichols' estimator, as in libudx win_filter.c and Linux minmax.c).
/// </summary>
internal sealed class WindowedMin(long window)
{
    private (long At, long Value) _best;
    private (long At, long Value) _second;
    private (long At, long Value) _third;
    private bool _hasSample;

    public long Value => _best.Value;

    public void Update(long value, long now)
    {
        var sample = (now, value);
        if (!_hasSample || value <= _best.Value || now - _third.At > window)
        {
            _hasSample = true;
            _best = _second = _third = sample;
            return;
        }
        if (value <= _second.Value)
            _second = _third = sample;
        else if (value <= _third.Value)
            _third = sample;
        Age(sample);
    }

    private void Age((long At, long Value) sample)
    {
        var age = sample.At - _best.At;
        if (age > window)
        {
            // The best has left the window: the others move up, and once more if the next one is stale too.
            (_best, _second, _third) = (_second, _third, sample);
            if (sample.At - _best.At > window)
                (_best, _second, _third) = (_second, _third, sample);
        }
        else if (_second.At == _best.At && age > window / 4)
        {
            // A quarter of the window has passed with one sample: take a second from the next quarter.
            _second = _third = sample;
        }
        else if (_third.At == _second.At && age > window / 2)
        {
            _third = sample;
        }
    }
}
