using Hyper.Loop;
using TestKit;

namespace Hyper.SecretStream.Tests;

/// <summary>The bare end of a pipe, to say exactly these bytes to the stream at the other end.</summary>
internal sealed class RawEnd : IByteDuplexHandler
{
    private readonly BytePipe _pipe;

    public RawEnd(BytePipe pipe)
    {
        _pipe = pipe;
        pipe.Start(this);
    }

    public List<byte> Received { get; } = [];

    public List<byte[]> Datagrams { get; } = [];

    public bool HasEnded { get; private set; }

    public bool IsClosed { get; private set; }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_pipe.GetSpan(bytes.Length));
        _pipe.Advance(bytes.Length);
        _pipe.Flush();
    }

    public void OnData(ReadOnlySpan<byte> data) => Received.AddRange(data);

    public void OnMessage(ReadOnlySpan<byte> message) => Datagrams.Add(message.ToArray());

    public void OnEnd() => HasEnded = true;

    public void OnDrain() { }

    public void OnClose(Exception? error) => IsClosed = true;
}
