using System.Net;
using System.Net.Sockets;
using Hyper.Loop.Internal.Linux;

namespace Hyper.Loop.Tests;

public unsafe class EventSetTests
{
    /// <summary>With the newer system call and, as before Linux 5.11, without.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wait_tells_what_is_readable_until_it_was_read_or_removed(bool hasPreciseWait)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's.");
        using var events = new EventSet(hasPreciseWait);
        using var quiet = Bind();
        using var heard = Bind();
        var descriptor = (int)heard.SafeHandle.DangerousGetHandle();
        events.Add((int)quiet.SafeHandle.DangerousGetHandle());
        events.Add(descriptor);
        var atOnce = default(LibC.TimeSpec);
        Assert.Equal(0, events.Wait(&atOnce));
        quiet.SendTo([1], heard.LocalEndPoint!);
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal(1, events.Wait(null));
            Assert.Equal(descriptor, events[0]);
        }
        heard.Receive(new byte[10]);
        Assert.Equal(0, events.Wait(&atOnce));
        quiet.SendTo([1], heard.LocalEndPoint!);
        events.Remove(descriptor);
        Assert.Equal(0, events.Wait(&atOnce));
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
