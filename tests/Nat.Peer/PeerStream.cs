using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Udx;
using TestKit.Partners;

namespace Nat.Peer;

/// <summary>
/// A stream with a handle: a UDX stream, or a connection, which is there only when it is open. Its close is told once.
/// </summary>
internal sealed class PeerStream : IDisposable
{
    private readonly Driver _driver;
    private readonly string _handle;
    private OurMessageStream? _messages;
    private OurByteStream? _bytes;
    private UdxStream? _transport;

    public PeerStream(Driver driver)
    {
        _driver = driver;
        _handle = driver.Add("stream", this);
    }

    public string Handle => _handle;

    public UdxStream Transport => _transport ?? throw NotOpen();

    /// <summary>Takes a connection and tells that it is open.</summary>
    public void Open(NoiseSecretStream stream, StreamMode mode)
    {
        _transport = (UdxStream)stream.Transport;
        _messages = new OurMessageStream(stream, mode);
        _driver.Emit("open", _handle, new { remotePublicKey = stream.RemotePublicKey.ToHex() });
        _ = TellOfCloseAsync(_messages.ClosedAsync(Timeout.InfiniteTimeSpan));
    }

    public void Open(UdxStream stream, StreamMode mode)
    {
        _transport = stream;
        _bytes = new OurByteStream(stream, mode);
        _ = TellOfCloseAsync(_bytes.ClosedAsync(Timeout.InfiniteTimeSpan));
    }

    /// <summary>Tells that there is no such stream any more, or never was.</summary>
    public void Close(Exception? error) =>
        _driver.Emit("close", _handle, new { code = Driver.CodeOf(error), message = error?.Message });

    public Task WriteAsync(long bytes, int seed, int chunk, long offset) =>
        _messages?.WriteAsync(bytes, seed, chunk, offset)
        ?? _bytes?.WriteAsync(bytes, seed, chunk, offset)
        ?? throw NotOpen();

    public Task<Intake> WaitAsync(long bytes, long messages) =>
        _messages?.WaitAsync(bytes, messages) ?? _bytes?.WaitAsync(bytes) ?? throw NotOpen();

    public Task EndAsync() => _messages?.EndAsync() ?? _bytes?.EndAsync() ?? throw NotOpen();

    public Task DestroyAsync() => _messages?.DestroyAsync() ?? _bytes?.DestroyAsync() ?? throw NotOpen();

    public void Dispose()
    {
        _messages?.Dispose();
        _bytes?.Dispose();
    }

    private static InvalidOperationException NotOpen() => new("The stream is not open.");

    private async Task TellOfCloseAsync(Task<Exception?> closed) => Close(await closed);
}
