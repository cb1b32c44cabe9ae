using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>Another loop with randomness that is dealt out as written down.</summary>
internal sealed class ScriptedLoop(EventLoop inner, params byte[][] script) : EventLoop, IRandomSource
{
    private readonly Queue<byte[]> _script = new(script);

    public override LoopTimeProvider Time => inner.Time;

    public override IRandomSource Random => this;

    public override bool IsCurrent => inner.IsCurrent;

    public override SynchronizationContext SynchronizationContext => inner.SynchronizationContext;

    public override void Post(Action<object?> work, object? state) => inner.Post(work, state);

    public override void AtTurnEnd(ITurnEndItem item) => inner.AtTurnEnd(item);

    public override Task<T> OffloadAsync<T>(Func<T> work) => inner.OffloadAsync(work);

    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler) =>
        inner.OpenSocket(options, handler);

    public void Fill(Span<byte> destination)
    {
        var next = _script.Dequeue();
        Assert.Equal(destination.Length, next.Length);
        next.CopyTo(destination);
    }

    public int Next(int exclusiveMax) => throw new NotSupportedException();

    public double NextDouble() => throw new NotSupportedException();
}
