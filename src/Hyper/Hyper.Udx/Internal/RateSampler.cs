namespace Hyper.Udx.Internal;

/// <summary>
/// Delivery rate estimation (draft-cheng-iccrg-delivery-rate-estimation-02): how many bytes were acknowledged between
/// the sending of a packet and its acknowledgement, over the longer of the time it took to send them and the time it
/// took to acknowledge them.
/// </summary>
internal sealed class RateSampler
{
    private long _deliveredAt;
    private long _firstSentAt;
    private long _limitedUntil;

    // The sample being gathered.
    private bool _hasPacket;
    private DeliverySnapshot _prior;
    private long _newestSentAt;

    /// <summary>Bytes acknowledged since the stream began.</summary>
    public long Delivered { get; private set; }

    /// <summary>Whether what is sent now will make samples that say more of the writer than of the network.</summary>
    public bool IsApplicationLimited => _limitedUntil > 0;

    public DeliverySnapshot OnSend(bool isIdle, long now)
    {
        if (isIdle)
            _firstSentAt = _deliveredAt = now;
        return new DeliverySnapshot(Delivered, _deliveredAt, _firstSentAt, IsApplicationLimited);
    }

    /// <summary>Notes that the writer left the window unused: samples until what is in flight has arrived say so.</summary>
    public void OnApplicationLimited(long bytesInFlight) => _limitedUntil = Math.Max(Delivered + bytesInFlight, 1);

    public void OnDelivered(in SentPacket packet, long now)
    {
        Delivered += packet.Size;
        _deliveredAt = now;
        if (_hasPacket && packet.Delivery.Delivered <= _prior.Delivered && packet.SentAt <= _newestSentAt)
            return;
        _hasPacket = true;
        _prior = packet.Delivery;
        _newestSentAt = packet.SentAt;
        _firstSentAt = packet.SentAt;
    }

    /// <summary>Ends the sample of one acknowledgement.</summary>
    /// <param name="minRtt">A shorter interval cannot be true; 0 when not known.</param>
    /// <param name="rate">Bytes per second, or 0.</param>
    /// <param name="prior">The counters when the newest delivered packet was sent.</param>
    public void Finish(long minRtt, out long rate, out DeliverySnapshot prior)
    {
        if (_limitedUntil > 0 && Delivered > _limitedUntil)
            _limitedUntil = 0;
        rate = 0;
        prior = _prior;
        if (!_hasPacket)
            return;
        _hasPacket = false;
        var interval = Math.Max(_newestSentAt - prior.FirstSentAt, _deliveredAt - prior.DeliveredAt);
        if (interval > 0 && interval >= minRtt)
            rate = (long)((Delivered - prior.Delivered) * (double)MicrosecondClock.Second / interval);
    }
}
