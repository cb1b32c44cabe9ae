using Hyper.Loop;
using TestKit;

namespace Hyper.SecretStream.Tests;

/// <summary>Another loop with randomness that is dealt out as written down.</summary>
internal sealed class ScriptedLoop(EventLoop host, params byte[][] script) : HostedLoop(host), IRandomSource
{
    private readonly Queue<byte[]> _script = new(script);

    public override IRandomSource Random => this;

    public void Fill(Span<byte> destination)
    {
        var next = _script.Dequeue();
        Assert.Equal(destination.Length, next.Length);
        next.CopyTo(destination);
    }

    public int Next(int exclusiveMax) => throw new NotSupportedException();

    public double NextDouble() => throw new NotSupportedException();
}
