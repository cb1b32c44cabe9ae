namespace Hyper.Mux.Tests;

/// <summary>Notes every callback of a channel as a line of text.</summary>
internal sealed class RecordingHandler(string name, List<string> events) : IMuxChannelHandler
{
    public Action<MuxChannel>? Opened { get; set; }

    public Action<MuxChannel, int>? Received { get; set; }

    public Action<MuxChannel>? Closed { get; set; }

    public Action? Drained { get; set; }

    public void OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        events.Add($"{name} onopen {Convert.ToHexStringLower(handshake)}");
        Opened?.Invoke(channel);
    }

    public void OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        events.Add($"{name} msg {type} {Convert.ToHexStringLower(message)}");
        Received?.Invoke(channel, type);
    }

    public void OnClose(MuxChannel channel, bool remote)
    {
        events.Add($"{name} onclose remote={(remote ? "true" : "false")}");
        Closed?.Invoke(channel);
    }

    public void OnDrain(MuxChannel channel)
    {
        events.Add($"{name} ondrain");
        Drained?.Invoke();
    }

    public void OnDestroy(MuxChannel channel) => events.Add($"{name} ondestroy");
}
