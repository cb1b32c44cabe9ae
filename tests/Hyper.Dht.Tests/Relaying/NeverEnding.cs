using Hyper.Loop;
using Hyper.SecretStream;

namespace Hyper.Dht.Tests.Relaying;

/// <summary>A stream whose owner wants to end it and does not get to: the other side waits for the end in vain.</summary>
internal sealed class NeverEnding(NoiseSecretStream stream) : IMessageDuplex
{
    public EventLoop Loop => stream.Loop;

    public object? UserData { get; set; }

    public void Start(IMessageDuplexHandler handler) => stream.Start(new Deaf(handler));

    public bool Write(ReadOnlySpan<byte> message) => stream.Write(message);

    public void PauseReading() => stream.PauseReading();

    public void ResumeReading() => stream.ResumeReading();

    public void End() { }

    public void Destroy(Exception? error = null) { }

    private sealed class Deaf(IMessageDuplexHandler inner) : IMessageDuplexHandler
    {
        public void OnMessage(ReadOnlySpan<byte> message) => inner.OnMessage(message);

        public void OnEnd() { }

        public void OnDrain() => inner.OnDrain();

        public void OnClose(Exception? error) => inner.OnClose(error);
    }
}
