using System.Net.Sockets;
using Hyper.Loop;
using TestKit;

namespace Intercom.Node.Tests.Lab;

/// <summary>A simulated host on which sockets cannot be opened while there is a fault.</summary>
internal sealed class FaultySocketLoop(SimulatedHost host) : HostedLoop(host)
{
    public SocketError? Fault { get; set; }

    /// <summary>Sockets that were refused.</summary>
    public int Refused { get; private set; }

    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        if (Fault is not { } fault)
            return base.OpenSocket(options, handler);
        Refused++;
        throw new SocketException((int)fault);
    }
}
