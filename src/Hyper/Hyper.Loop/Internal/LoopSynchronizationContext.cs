namespace Hyper.Loop.Internal;

/// <summary>Brings continuations of awaits that began on a loop back to it.</summary>
internal sealed class LoopSynchronizationContext(EventLoop loop) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => loop.Post(d.Invoke, state);

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!loop.IsCurrent)
            throw new NotSupportedException("A blocking call into an event loop is not supported; use InvokeAsync.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
