namespace Hyper.Udx.Internal;

/// <summary>
/// Memory that all streams of a node hold for their readers, in pooled chunks and packets: what paused readers have not
/// taken, and what waits beyond gaps. Belongs to the node; each stream adds and takes back its own part.
/// </summary>
/// <remarks>
/// Each stream may hold a share of what is <em>free</em>, not of the whole: dynamic thresholds, as switches share packet
/// memory (Choudhury and Hahne, 1998). A few streams get large buffers; ten thousand get little ones; nobody has to be
/// counted or asked; and the ceiling is never passed, because a packet that has no room is dropped and comes again.
/// </remarks>
internal sealed class ReceiveBudget(long ceiling)
{
    /// <summary>Bytes held by all streams.</summary>
    public long Used { get; private set; }

    /// <summary>What one stream may offer to hold; less than it may hold, so that offers shrink before packets drop.</summary>
    public long OfferShare => Free / 4;

    /// <summary>What one stream may hold.</summary>
    public long HoldShare => Free / 2;

    private long Free => Math.Max(ceiling - Used, 0);

    /// <summary>A stream holds so much more, or less if negative.</summary>
    public void Add(long bytes) => Used += bytes;
}
