using Hyper.Loop;

namespace Hyper.Mux.Tests;

/// <summary>A message stream whose other end is the test: frames go in by hand, and what the mux does is noted.</summary>
internal sealed class ScriptedStream(EventLoop loop) : IMessageDuplex
{
    private IMessageDuplexHandler? _handler;
    private bool _isClosed;

    public EventLoop Loop { get; } = loop;

    public object? UserData { get; set; }

    public List<string> Writes { get; } = [];

    public List<string> Flow { get; } = [];

    public bool TakesMore { get; set; } = true;

    public Exception? Error { get; private set; }

    public string? ErrorCode => (Error as ProtomuxException)?.Code;

    public bool IsDestroyed { get; private set; }

    /// <summary>Counts only, for tests that look at memory.</summary>
    public bool IsQuiet { get; set; }

    public long WrittenFrames { get; private set; }

    public long WrittenBytes { get; private set; }

    public int LargestFrame { get; private set; }

    public Action? Resumed { get; set; }

    public void Start(IMessageDuplexHandler handler) => _handler = handler;

    public bool Write(ReadOnlySpan<byte> message)
    {
        Assert.False(IsDestroyed, "Write after destroy.");
        WrittenFrames++;
        WrittenBytes += message.Length;
        LargestFrame = Math.Max(LargestFrame, message.Length);
        if (!IsQuiet)
            Writes.Add(Convert.ToHexStringLower(message));
        return TakesMore;
    }

    public void End() => Flow.Add("END");

    public void Destroy(Exception? error = null)
    {
        if (IsDestroyed)
            return;
        IsDestroyed = true;
        Error = error;
        Flow.Add("DESTROY");
        Loop.Post(static state => ((ScriptedStream)state!).Close(), this);
    }

    public void PauseReading() => Flow.Add("PAUSE");

    public void ResumeReading()
    {
        Flow.Add("RESUME");
        Resumed?.Invoke();
    }

    public void Receive(ReadOnlySpan<byte> frame) => _handler!.OnMessage(frame);

    public void Receive(string hex) => Receive(Convert.FromHexString(hex));

    public void Drain()
    {
        TakesMore = true;
        _handler!.OnDrain();
    }

    public void ReceiveEnd() => _handler!.OnEnd();

    public void Close()
    {
        if (_isClosed)
            return;
        IsDestroyed = _isClosed = true;
        _handler!.OnClose(Error);
    }
}
