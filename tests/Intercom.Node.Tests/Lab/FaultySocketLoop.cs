using System.Net.Sockets;
using Hyper.Loop;
using TestKit;

namespace Intercom.Node.Tests.Lab;

/// <summary>A simulated host on which sockets cannot be opened while there is a fault.</summary>
internal sealed class FaultySocketLoop(SimulatedHost host) : EventLoop
{
    public SocketError? Fault { get; set; }

    /// <summary>Sockets that were refused.</summary>
    public int Refused { get; private set; }

    public override LoopTimeProvider Time => host.Time;

    public override IRandomSource Random => host.Random;

    public override bool IsCurrent => host.IsCurrent;

    public override SynchronizationContext SynchronizationContext => host.SynchronizationContext;

    public override void Post(Action<object?> work, object? state) => host.Post(work, state);

    public override void AtTurnEnd(ITurnEndItem item) => host.AtTurnEnd(item);

    public override Task<T> OffloadAsync<T>(Func<T> work) => host.OffloadAsync(work);

    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        if (Fault is not { } fault)
            return host.OpenSocket(options, handler);
        Refused++;
        throw new SocketException((int)fault);
    }
}
