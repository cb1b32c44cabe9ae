using System.Net.WebSockets;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A WebSocket whose client has sent the given frames already, and then says nothing until it is closed.</summary>
/// <param name="output">Where frames for the client are written.</param>
/// <param name="frames">What the client has sent.</param>
internal sealed class FrameSocket(Stream output, params byte[][] frames) : WebSocket
{
    private readonly Queue<byte[]> _frames = new(frames);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebSocketState _state = WebSocketState.Open;

    /// <summary>Called for each frame before it is written.</summary>
    public Action OnSend { get; set; } = () => { };

    public override WebSocketCloseStatus? CloseStatus => null;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => _state;

    public override string? SubProtocol => null;

    public override void Abort()
    {
        _state = WebSocketState.Aborted;
        _closed.TrySetResult();
    }

    public override Task CloseAsync(
        WebSocketCloseStatus closeStatus,
        string? statusDescription,
        CancellationToken cancellationToken
    ) => CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus,
        string? statusDescription,
        CancellationToken cancellationToken
    )
    {
        _state = WebSocketState.Closed;
        _closed.TrySetResult();
        return Task.CompletedTask;
    }

    public override async Task<WebSocketReceiveResult> ReceiveAsync(
        ArraySegment<byte> buffer,
        CancellationToken cancellationToken
    )
    {
        if (_frames.TryDequeue(out var frame))
        {
            frame.CopyTo(buffer.AsSpan());
            return new WebSocketReceiveResult(frame.Length, WebSocketMessageType.Text, endOfMessage: true);
        }
        await _closed.Task;
        return new WebSocketReceiveResult(0, WebSocketMessageType.Close, endOfMessage: true);
    }

    public override Task SendAsync(
        ArraySegment<byte> buffer,
        WebSocketMessageType messageType,
        bool endOfMessage,
        CancellationToken cancellationToken
    )
    {
        OnSend();
        return output.WriteAsync(buffer.AsMemory(), cancellationToken).AsTask();
    }

    public override void Dispose() => Abort();
}
