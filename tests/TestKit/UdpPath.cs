using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TestKit;

/// <summary>
/// One direction of a <see cref="UdpForwarder"/>: decides about each datagram and keeps those that are still under way.
/// Belongs to the forwarder's thread.
/// </summary>
internal sealed class UdpPath(UdpImpairment impairment, int maxQueued, int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Datagram, (long Due, long Order)> _delayed = new();
    private readonly List<Held> _held = [];
    private long _order;

    public UdpForwarderStatistics Statistics { get; } = new();

    /// <summary>How long until something has to leave.</summary>
    public TimeSpan TimeUntilDue
    {
        get
        {
            var due = _delayed.TryPeek(out _, out var first) ? first.Due : long.MaxValue;
            foreach (var held in _held)
                due = Math.Min(due, held.Due);
            if (due == long.MaxValue)
                return TimeSpan.MaxValue;
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Takes a datagram that came in; it may leave within the call.</summary>
    public void Take(ReadOnlySpan<byte> bytes, Socket by, SocketAddress to, int headerBytes)
    {
        Statistics.CountReceived();
        if (bytes.Length + headerBytes > impairment.MtuBytes)
        {
            Statistics.CountOversized();
            return;
        }
        // One draw per question and datagram, asked or not, so that changing one share leaves the other choices as they were.
        var (loss, duplication, reordering) = (_random.NextDouble(), _random.NextDouble(), _random.NextDouble());
        var overtaking = 1 + _random.Next(impairment.MaxOvertaking);
        if (loss < impairment.Loss)
        {
            Statistics.CountLost();
            return;
        }
        if (reordering < impairment.Reordering)
        {
            Hold(new Datagram(bytes.ToArray(), by, to), overtaking);
            return;
        }
        Pass(bytes, by, to);
        if (duplication < impairment.Duplication)
        {
            Statistics.CountDuplicated();
            Pass(bytes, by, to);
        }
        LetOvertake();
    }

    /// <summary>Sends what is due.</summary>
    public void Release()
    {
        var now = Stopwatch.GetTimestamp();
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            if (_held[i].Due > now)
                continue;
            Pass(_held[i].Datagram);
            _held.RemoveAt(i);
        }
        while (_delayed.TryPeek(out var datagram, out var first) && first.Due <= now)
        {
            _delayed.Dequeue();
            Send(datagram.Bytes, datagram.By, datagram.To);
        }
    }

    private void Hold(Datagram datagram, int overtaking)
    {
        if (_held.Count + _delayed.Count >= maxQueued)
        {
            Statistics.CountOverflowed();
            return;
        }
        _held.Add(new Held(datagram, overtaking, Stopwatch.GetTimestamp() + ToTicks(impairment.MaxHold)));
    }

    private void LetOvertake()
    {
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            var held = _held[i];
            if (held.Overtaking > 1)
            {
                _held[i] = held with { Overtaking = held.Overtaking - 1 };
                continue;
            }
            _held.RemoveAt(i);
            Statistics.CountReordered();
            Pass(held.Datagram);
        }
    }

    private void Pass(Datagram datagram) => Pass(datagram.Bytes, datagram.By, datagram.To);

    private void Pass(ReadOnlySpan<byte> bytes, Socket by, SocketAddress to)
    {
        if (impairment.Delay <= TimeSpan.Zero && impairment.Jitter <= TimeSpan.Zero)
        {
            Send(bytes, by, to);
            return;
        }
        if (_held.Count + _delayed.Count >= maxQueued)
        {
            Statistics.CountOverflowed();
            return;
        }
        var delay = ToTicks(impairment.Delay) + (long)(_random.NextDouble() * ToTicks(impairment.Jitter));
        var due = Stopwatch.GetTimestamp() + delay;
        _delayed.Enqueue(new Datagram(bytes.ToArray(), by, to), (due, _order++));
    }

    private void Send(ReadOnlySpan<byte> bytes, Socket by, SocketAddress to)
    {
        try
        {
            by.SendTo(bytes, SocketFlags.None, to);
            Statistics.CountForwarded();
        }
        catch (SocketException)
        {
            // The buffer is full, or the last datagram met a closed port; either way this one is gone.
            Statistics.CountOverflowed();
        }
    }

    private static long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    private readonly record struct Datagram(byte[] Bytes, Socket By, SocketAddress To);

    private readonly record struct Held(Datagram Datagram, int Overtaking, long Due);
}
