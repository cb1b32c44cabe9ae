namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// What may be spent at once, and comes back over time. One that was never used holds zeros: it is full.
/// </summary>
internal struct TokenBucket
{
    private double _spent;
    private TimeSpan _at;

    /// <summary>Takes <paramref name="cost"/> if at least <paramref name="reserve"/> is left behind it.</summary>
    public bool TryTake(TimeSpan now, double perSecond, double burst, double cost = 1, double reserve = 0)
    {
        _spent = Math.Max(0, _spent - ((now - _at).TotalSeconds * perSecond));
        _at = now;
        if (_spent + cost > burst - reserve)
            return false;
        _spent += cost;
        return true;
    }
}
