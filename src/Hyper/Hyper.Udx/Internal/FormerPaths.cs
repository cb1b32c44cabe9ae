using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>
/// Where the remote of a stream was before it moved. Belongs to the stream, and exists only for one that has moved.
/// </summary>
/// <remarks>
/// The two sides do not move at the same moment. Until the other side is heard from the new place it can only be at an
/// old one, so that is taken without a limit of time; after that for as long as libudx, which repeats a packet to the
/// address it was first sent to, may go on with that. At most <see cref="Max"/>, the oldest goes first.
/// </remarks>
internal sealed class FormerPaths
{
    /// <summary>A stream moves from a relay to the other side, perhaps along addresses; more is no real network.</summary>
    public const int Max = 4;

    private readonly List<Entry> _entries = new(Max);

    public void Add(in StreamPath path)
    {
        Remove(path);
        if (_entries.Count == Max)
            _entries.RemoveAt(0);
        _entries.Add(new Entry(path.Socket!, path.Remote, long.MaxValue));
    }

    /// <summary>The remote is there again.</summary>
    public void Remove(in StreamPath path)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].IsFrom(path.Socket, path.Remote))
                _entries.RemoveAt(i);
        }
    }

    /// <summary>Whether a packet from there is taken now.</summary>
    public bool IsTaken(UdxSocket socket, in UdpAddress from, long now)
    {
        foreach (var entry in _entries)
        {
            if (entry.IsFrom(socket, from))
                return now < entry.Until;
        }
        return false;
    }

    /// <summary>Sets the end of all that have none earlier.</summary>
    public void ExpireAt(long time)
    {
        for (var i = 0; i < _entries.Count; i++)
            _entries[i] = _entries[i] with { Until = Math.Min(_entries[i].Until, time) };
    }

    private readonly record struct Entry(UdxSocket Socket, UdpAddress Remote, long Until)
    {
        public bool IsFrom(UdxSocket? socket, in UdpAddress from) => Socket == socket && Remote == from;
    }
}
