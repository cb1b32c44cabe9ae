using Hyper.Loop;

namespace Interop.Tests.Ours;

/// <summary>A stream of messages whose every received byte is looked at on its way.</summary>
internal sealed class WatchedDuplex(IMessageDuplex stream, SidechannelWatch watch) : IMessageDuplex
{
    public EventLoop Loop => stream.Loop;

    public object? UserData
    {
        get => stream.UserData;
        set => stream.UserData = value;
    }

    public void Start(IMessageDuplexHandler handler) => stream.Start(new Handler(handler, watch));

    public bool Write(ReadOnlySpan<byte> message) => stream.Write(message);

    public void End() => stream.End();

    public void Destroy(Exception? error = null) => stream.Destroy(error);

    public void PauseReading() => stream.PauseReading();

    public void ResumeReading() => stream.ResumeReading();

    private sealed class Handler(IMessageDuplexHandler handler, SidechannelWatch watch) : IMessageDuplexHandler
    {
        public void OnMessage(ReadOnlySpan<byte> message)
        {
            watch.Look(message);
            handler.OnMessage(message);
        }

        public void OnEnd() => handler.OnEnd();

        public void OnDrain() => handler.OnDrain();

        public void OnClose(Exception? error) => handler.OnClose(error);
    }
}
