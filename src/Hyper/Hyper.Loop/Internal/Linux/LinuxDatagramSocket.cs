using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Hyper.Loop.Internal.Linux;

/// <summary>A UDP socket with batched system calls. Belongs to the loop's thread.</summary>
internal sealed class LinuxDatagramSocket : IDatagramSocket
{
    private readonly LinuxPoller _poller;
    private readonly Socket _system;
    private readonly IDatagramHandler _handler;
    private readonly bool _isIPv6;
    private SendArena? _arena;
    private bool _canSegment = true;

    public LinuxDatagramSocket(LinuxPoller poller, Socket system, IDatagramHandler handler)
    {
        _poller = poller;
        _system = system;
        _handler = handler;
        _isIPv6 = system.AddressFamily == AddressFamily.InterNetworkV6;
        Descriptor = (int)system.SafeHandle.DangerousGetHandle();
        var local = (IPEndPoint)system.LocalEndPoint!;
        LocalAddress = new UdpAddress(local.Address, (ushort)local.Port);
    }

    public int Descriptor { get; }

    public UdpAddress LocalAddress { get; }

    public DatagramSocketStatistics Statistics { get; } = new();

    public bool IsClosed { get; private set; }

    public Span<byte> BeginSend(int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, SendArena.ArenaBytes);
        _arena ??= _poller.LendArena(this);
        if (!_arena.HasRoom(maxBytes))
            FlushSends();
        return _arena.Room(maxBytes);
    }

    public void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0, bool mayFragment = false)
    {
        if (!IsClosed)
            _arena!.Commit(bytes, to, timeToLive, mayFragment);
    }

    public void FlushAndReturnArena()
    {
        if (_arena is null)
            return;
        FlushSends();
        _poller.ReturnArena(_arena);
        _arena = null;
    }

    /// <summary>Delivers what has arrived; when at least <paramref name="maxDatagrams"/> were, the rest waits for the next turn.</summary>
    public void Receive(ReceiveBatch batch, int maxDatagrams)
    {
        for (var delivered = 0; delivered < maxDatagrams && !IsClosed; )
        {
            var count = batch.Read(Descriptor);
            if (count < 0)
            {
                if (Marshal.GetLastPInvokeError() is not (LibC.TryAgain or LibC.Interrupted))
                    Statistics.Count(receiveErrors: 1);
                return;
            }
            for (var i = 0; i < count && !IsClosed; i++)
            {
                var run = batch.Message(i);
                delivered += run.Remaining;
                Statistics.Count(received: run.Remaining, receiveErrors: run.HasLost ? 1 : 0);
                Deliver(run, batch.Address(i));
            }
            if (count < ReceiveBatch.Capacity)
                return;
        }
    }

    private void Deliver(DatagramRun run, ReadOnlySpan<byte> address)
    {
        if (!NativeAddress.TryReadHostAndPort(address, _isIPv6, out var from))
            return;
        while (run.Remaining > 0 && !IsClosed)
            _handler.OnDatagram(this, run.Next(), from);
    }

    /// <summary>The device takes no datagram of this length.</summary>
    public void OnTooLong(ReadOnlySpan<byte> datagram, in UdpAddress to) => _handler.OnTooLong(this, datagram, to);

    public void Dispose()
    {
        if (IsClosed)
            return;
        if (_arena is not null)
            FlushSends();
        IsClosed = true;
        _poller.Remove(this);
        _system.Dispose();
    }

    private void FlushSends()
    {
        if (!IsClosed && !_arena!.IsEmpty)
            _arena.Flush(this, _system, ref _canSegment);
    }
}
