using Hyper.Loop;

namespace TestKit;

/// <summary>
/// One direction of a <see cref="UdpForwarder"/>: decides about each datagram and keeps those that are still under way.
/// Belongs to the forwarder's loop. In steady state it allocates nothing.
/// </summary>
internal sealed class UdpPath
{
    private const int BufferBytes = 2048;

    private readonly EventLoop _loop;
    private readonly int _maxQueued;
    private readonly Random _random;
    private readonly PriorityQueue<Datagram, (long Due, long Order)> _delayed = new();
    private readonly List<Held> _held = [];
    private readonly Stack<byte[]> _buffers = new();
    private readonly LoopTimer _timer;
    private long _order;
    private long _wakeAt = long.MaxValue;

    public UdpPath(EventLoop loop, UdpImpairment impairment, int maxQueued, int seed)
    {
        _loop = loop;
        _maxQueued = maxQueued;
        _random = new Random(seed);
        _timer = loop.Time.CreateTimer(static path => ((UdpPath)path!).Release(), this);
        Impairment = impairment;
    }

    public UdpForwarderStatistics Statistics { get; } = new();

    /// <summary>What is done to the datagrams that come from now on.</summary>
    public UdpImpairment Impairment { get; set; }

    private long Now => _loop.Time.GetTimestamp();

    private bool IsInstant => Impairment.Delay <= TimeSpan.Zero && Impairment.Jitter <= TimeSpan.Zero;

    /// <summary>Takes a datagram that came in; it may leave within the call.</summary>
    public void Take(ReadOnlySpan<byte> bytes, IDatagramSocket by, in UdpAddress to, int headerBytes)
    {
        Statistics.CountReceived();
        // One that fills the loop's receive buffer may have been cut.
        if (bytes.Length + headerBytes > Impairment.MtuBytes || bytes.Length >= BufferBytes)
        {
            Statistics.CountOversized();
            return;
        }
        // One draw per question and datagram, asked or not, so that changing one share leaves the other choices as they were.
        var (loss, duplication, reordering) = (_random.NextDouble(), _random.NextDouble(), _random.NextDouble());
        var overtaking = 1 + _random.Next(Impairment.MaxOvertaking);
        if (loss < Impairment.Loss)
        {
            Statistics.CountLost();
            return;
        }
        if (reordering < Impairment.Reordering)
        {
            Hold(bytes, by, to, overtaking);
            return;
        }
        Pass(bytes, by, to);
        if (duplication < Impairment.Duplication)
        {
            Statistics.CountDuplicated();
            Pass(bytes, by, to);
        }
        LetOvertake();
    }

    private void Hold(ReadOnlySpan<byte> bytes, IDatagramSocket by, in UdpAddress to, int overtaking)
    {
        if (IsFull())
            return;
        var due = Now + _loop.Time.ToTicks(Impairment.MaxHold);
        _held.Add(new Held(Copy(bytes, by, to), overtaking, due));
        WakeAt(due);
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
            Statistics.CountReordered();
            LetGo(i);
        }
    }

    private void LetGo(int index)
    {
        var datagram = _held[index].Datagram;
        _held.RemoveAt(index);
        if (IsInstant)
            Send(datagram);
        else if (!IsFull())
            Delay(datagram);
    }

    private void Pass(ReadOnlySpan<byte> bytes, IDatagramSocket by, in UdpAddress to)
    {
        if (IsInstant)
        {
            by.Send(bytes, to);
            Statistics.CountForwarded();
        }
        else if (!IsFull())
        {
            Delay(Copy(bytes, by, to));
        }
    }

    private void Delay(in Datagram datagram)
    {
        var jitter = (long)(_random.NextDouble() * _loop.Time.ToTicks(Impairment.Jitter));
        var due = Now + _loop.Time.ToTicks(Impairment.Delay) + jitter;
        _delayed.Enqueue(datagram, (due, _order++));
        WakeAt(due);
    }

    /// <summary>Sends what is due, and sets the timer for what is left.</summary>
    private void Release()
    {
        var now = Now;
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            if (_held[i].Due <= now)
                LetGo(i);
        }
        while (_delayed.TryPeek(out var datagram, out var first) && first.Due <= now)
        {
            _delayed.Dequeue();
            Send(datagram);
        }
        var next = _delayed.TryPeek(out _, out var delayed) ? delayed.Due : long.MaxValue;
        foreach (var held in _held)
            next = Math.Min(next, held.Due);
        _wakeAt = long.MaxValue;
        if (next != long.MaxValue)
            WakeAt(next);
    }

    private void WakeAt(long due)
    {
        if (due >= _wakeAt)
            return;
        _wakeAt = due;
        _timer.ArmAt(due);
    }

    private bool IsFull()
    {
        if (_held.Count + _delayed.Count < _maxQueued)
            return false;
        Statistics.CountOverflowed();
        return true;
    }

    private Datagram Copy(ReadOnlySpan<byte> bytes, IDatagramSocket by, in UdpAddress to)
    {
        var buffer = _buffers.TryPop(out var spare) ? spare : new byte[BufferBytes];
        bytes.CopyTo(buffer);
        return new Datagram(buffer, bytes.Length, by, to);
    }

    private void Send(in Datagram datagram)
    {
        datagram.By.Send(datagram.Buffer.AsSpan(0, datagram.Length), datagram.To);
        Statistics.CountForwarded();
        _buffers.Push(datagram.Buffer);
    }

    private readonly record struct Datagram(byte[] Buffer, int Length, IDatagramSocket By, UdpAddress To);

    private readonly record struct Held(Datagram Datagram, int Overtaking, long Due);
}
