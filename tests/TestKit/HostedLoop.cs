using Hyper.Loop;

namespace TestKit;

/// <summary>Another loop, a simulated host's mostly, some of whose ways a test changes.</summary>
/// <param name="host">The loop that does the work; it stays the caller's.</param>
public abstract class HostedLoop(EventLoop host) : EventLoop
{
    /// <inheritdoc/>
    public override LoopTimeProvider Time => host.Time;

    /// <inheritdoc/>
    public override IRandomSource Random => host.Random;

    /// <inheritdoc/>
    public override bool IsCurrent => host.IsCurrent;

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext => host.SynchronizationContext;

    /// <inheritdoc/>
    public override void Post(Action<object?> work, object? state) => host.Post(work, state);

    /// <inheritdoc/>
    public override void AtTurnEnd(ITurnEndItem item) => host.AtTurnEnd(item);

    /// <inheritdoc/>
    public override Task<T> OffloadAsync<T>(Func<T> work) => host.OffloadAsync(work);

    /// <inheritdoc/>
    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler) =>
        host.OpenSocket(options, handler);
}
