using Hyper.Loop;

namespace Hyper.Dht.Tests.Simulation;

/// <summary>Sends every message back.</summary>
internal sealed class EchoHandler(IMessageDuplex stream) : IMessageDuplexHandler
{
    public static void Serve(IMessageDuplex stream) => stream.Start(new EchoHandler(stream));

    public void OnMessage(ReadOnlySpan<byte> message) => stream.Write(message);

    public void OnEnd() => stream.End();

    public void OnDrain() { }

    public void OnClose(Exception? error) { }
}
