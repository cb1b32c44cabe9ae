using System.Collections.Immutable;
using Hyper.Loop;

namespace TestKit;

/// <summary>What happened to the datagrams of one direction. Written by the forwarder, readable at any time.</summary>
public sealed class UdpForwarderStatistics
{
    private long _received;
    private long _forwarded;
    private long _lost;
    private long _duplicated;
    private long _reordered;
    private long _oversized;
    private long _overflowed;
    private ImmutableArray<DatagramSocketStatistics> _sockets = [];

    /// <summary>Datagrams that came in.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Datagrams that went out, copies included.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded) - Refused;

    /// <summary>Datagrams lost on purpose.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Datagrams sent twice on purpose.</summary>
    public long Duplicated => Volatile.Read(ref _duplicated);

    /// <summary>Datagrams that later ones overtook on purpose.</summary>
    public long Reordered => Volatile.Read(ref _reordered);

    /// <summary>Datagrams dropped since they were longer than the path's MTU.</summary>
    public long Oversized => Volatile.Read(ref _oversized);

    /// <summary>Datagrams dropped since a queue, the client table or a socket's buffer was full.</summary>
    public long Overflowed => Volatile.Read(ref _overflowed) + Refused;

    private long Refused
    {
        get
        {
            var refused = 0L;
            foreach (var socket in _sockets)
                refused += socket.SendErrors;
            return refused;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"received {Received}, forwarded {Forwarded}, lost {Lost}, duplicated {Duplicated}, reordered {Reordered}, "
        + $"oversized {Oversized}, overflowed {Overflowed}";

    /// <summary>Adds a socket by which the datagrams leave: what the system refuses there did not go out.</summary>
    internal void Add(DatagramSocketStatistics socket) =>
        ImmutableInterlocked.Update(ref _sockets, (all, one) => all.Add(one), socket);

    internal void CountReceived() => Volatile.Write(ref _received, _received + 1);

    internal void CountForwarded() => Volatile.Write(ref _forwarded, _forwarded + 1);

    internal void CountLost() => Volatile.Write(ref _lost, _lost + 1);

    internal void CountDuplicated() => Volatile.Write(ref _duplicated, _duplicated + 1);

    internal void CountReordered() => Volatile.Write(ref _reordered, _reordered + 1);

    internal void CountOversized() => Volatile.Write(ref _oversized, _oversized + 1);

    internal void CountOverflowed() => Volatile.Write(ref _overflowed, _overflowed + 1);
}
