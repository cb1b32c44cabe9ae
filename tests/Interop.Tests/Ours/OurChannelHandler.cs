using System.Threading.Channels;
using Hyper.Mux;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>Hears of one of our channels; the loop writes, the test waits.</summary>
public sealed class OurChannelHandler(bool echo = false) : IMuxChannelHandler
{
    private readonly TaskCompletionSource<byte[]> _opened = New<byte[]>();
    private readonly TaskCompletionSource<bool> _closed = New<bool>();
    private readonly Channel<(int Type, byte[] Message)> _messages = Channel.CreateUnbounded<(int, byte[])>();

    /// <summary>Waits until both sides have opened; returns the other side's handshake.</summary>
    public Task<byte[]> OpenedAsync() => _opened.Task.WaitAsync(JsPartner.DefaultDeadline);

    /// <summary>Waits for the close; says whether the other side caused it.</summary>
    public Task<bool> ClosedByRemoteAsync() => _closed.Task.WaitAsync(JsPartner.DefaultDeadline);

    /// <summary>Waits for the next message.</summary>
    public Task<(int Type, byte[] Message)> ReceiveAsync() =>
        _messages.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(JsPartner.DefaultDeadline);

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake) =>
        _opened.TrySetResult(handshake.ToArray());

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        _messages.Writer.TryWrite((type, message.ToArray()));
        if (echo)
            channel.Messages[type].Send(message);
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        _opened.TrySetException(new IOException($"{channel} closed before it opened."));
        _closed.TrySetResult(remote);
    }

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
