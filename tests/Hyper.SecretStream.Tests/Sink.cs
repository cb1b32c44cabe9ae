using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>Counts messages and keeps none.</summary>
internal sealed class Sink : IMessageDuplexHandler
{
    public int Count { get; private set; }

    public void OnMessage(ReadOnlySpan<byte> message) => Count++;

    public void OnEnd() { }

    public void OnDrain() { }

    public void OnClose(Exception? error) { }
}
