using System.Threading.Channels;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Simulation;

/// <summary>Collects what a stream receives.</summary>
internal sealed class Inbox : IMessageDuplexHandler
{
    private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<Exception?> _closed = new();

    public Inbox(IMessageDuplex stream) => stream.Start(this);

    public Task<Exception?> Closed => _closed.Task;

    public static async Task<string> AskAsync(IMessageDuplex stream, string text)
    {
        var inbox = new Inbox(stream);
        stream.Write(TextEncoding.UTF8.GetBytes(text));
        return await inbox.ReadTextAsync();
    }

    public async Task<string> ReadTextAsync() => TextEncoding.UTF8.GetString(await _messages.Reader.ReadAsync());

    public void OnMessage(ReadOnlySpan<byte> message) => _messages.Writer.TryWrite(message.ToArray());

    public void OnEnd() { }

    public void OnDrain() { }

    public void OnClose(Exception? error)
    {
        _messages.Writer.TryComplete(error);
        _closed.TrySetResult(error);
    }
}
