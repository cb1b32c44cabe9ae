using System.Text.Json;

namespace SideBySide.Work;

/// <summary>A request that is sent again and again: the bytes of its frame, as often as requests may be under way.</summary>
internal sealed class BridgeRequest
{
    /// <summary>Requests under way at once.</summary>
    public const int Window = 128;

    private readonly byte[] _frames;

    /// <summary>A request that sends a text of so many bytes.</summary>
    public BridgeRequest(string channel, int bytes)
    {
        var request = new
        {
            type = "send",
            channel,
            message = new string('m', bytes),
        };
        var frame = WebSocketFrame.Mask(WebSocketFrame.Text, JsonSerializer.SerializeToUtf8Bytes(request));
        _frames = [.. Enumerable.Repeat(frame, Window).SelectMany(each => each)];
    }

    /// <summary>The request so many times, <see cref="Window"/> at most.</summary>
    public ReadOnlySpan<byte> Frames(int count) => _frames.AsSpan(0, _frames.Length / Window * count);
}
