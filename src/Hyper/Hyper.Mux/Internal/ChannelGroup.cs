namespace Hyper.Mux.Internal;

/// <summary>
/// Everything that matches by one key and its aliases. The n-th open of one side belongs to the n-th open of the other,
/// closed ones included, so both queues are first in, first out. At most one of them has entries.
/// </summary>
internal sealed class ChannelGroup
{
    /// <summary>The keys under which the mux finds this group.</summary>
    public List<ChannelKey> Keys { get; } = [];

    /// <summary>Our ids whose open the other side has not answered, including those closed here meanwhile.</summary>
    public List<int> Outgoing { get; } = [];

    /// <summary>The other side's ids that we have not answered.</summary>
    public List<int> Incoming { get; } = [];

    /// <summary>Own channels that are opening or open.</summary>
    public int Opened { get; set; }

    /// <summary>Pair handlers that have not returned.</summary>
    public int Pairing { get; set; }

    public MuxChannel? LastChannel { get; set; }

    public bool IsIdle => Opened == 0 && Pairing == 0 && Outgoing.Count == 0 && Incoming.Count == 0;
}
