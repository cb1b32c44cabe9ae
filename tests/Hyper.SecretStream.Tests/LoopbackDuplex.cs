using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream.Tests;

/// <summary>
/// Gives every frame back to its writer, at once, with the stream id of the other side: a stream with equal keys for
/// both directions then talks to itself, and nothing but the stream can allocate.
/// </summary>
internal sealed class LoopbackDuplex(EventLoop loop) : IByteDuplex
{
    private readonly byte[] _room = new byte[4096];
    private IByteDuplexHandler? _handler;
    private int _count;
    private bool _isHeaderPassed;

    public EventLoop Loop => loop;

    public void Start(IByteDuplexHandler handler) => _handler = handler;

    public Span<byte> GetSpan(int sizeHint) => _room;

    public void Advance(int bytes) => _count = bytes;

    public bool Flush()
    {
        if (!_isHeaderPassed)
            SecretStreamWire.StreamId(Bench.Filled(0x11, 64), isInitiator: false).Span.CopyTo(_room.AsSpan(3));
        // While the header is written the stream is not open yet and reads on its own account.
        _isHeaderPassed = true;
        var count = _count;
        _count = 0;
        _handler!.OnData(_room.AsSpan(0, count));
        return true;
    }

    public void End() { }

    public void Destroy(Exception? error = null) => Assert.Null(error);

    public void PauseReading() { }

    public void ResumeReading() { }

    public bool TrySendMessage(ReadOnlySpan<byte> message) => false;
}
