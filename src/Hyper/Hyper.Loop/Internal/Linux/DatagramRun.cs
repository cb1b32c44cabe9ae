using System.Diagnostics;

namespace Hyper.Loop.Internal.Linux;

/// <summary>
/// The datagrams of one message that the kernel gave: one, or several of one size from one source, one behind the other, of which
/// only the last may be shorter (UDP_GRO, the counterpart of what <see cref="SendArena"/> sends).
/// </summary>
internal ref struct DatagramRun
{
    private readonly int _datagramBytes;
    private ReadOnlySpan<byte> _rest;

    /// <param name="message">What was read.</param>
    /// <param name="segmentBytes">Size of the datagrams it was made of, or not above 0 for one datagram as it came.</param>
    /// <param name="isCut">Whether the message was longer than the room for it.</param>
    public DatagramRun(ReadOnlySpan<byte> message, int segmentBytes, bool isCut)
    {
        if (segmentBytes <= 0)
        {
            _rest = message;
            _datagramBytes = message.Length;
            Remaining = 1;
            return;
        }
        // What is left of a datagram that was cut would pass for a shorter one.
        var incomplete = isCut ? message.Length % segmentBytes : 0;
        HasLost = isCut;
        _rest = message[..^incomplete];
        _datagramBytes = segmentBytes;
        Remaining = (int)(((long)_rest.Length + segmentBytes - 1) / segmentBytes);
    }

    /// <summary>How many datagrams are still to be taken.</summary>
    public int Remaining { get; private set; }

    /// <summary>Whether datagrams at the end were lost for want of room.</summary>
    public readonly bool HasLost { get; }

    /// <summary>Takes the next one, cut to <see cref="ReceiveBatch.DatagramBytes"/>. Only while some are <see cref="Remaining"/>.</summary>
    public ReadOnlySpan<byte> Next()
    {
        Debug.Assert(Remaining > 0);
        Remaining--;
        var datagram = _rest[..Math.Min(_datagramBytes, _rest.Length)];
        _rest = _rest[datagram.Length..];
        return datagram[..Math.Min(datagram.Length, ReceiveBatch.DatagramBytes)];
    }
}
