using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream.Tests;

/// <summary>
/// Gives every frame back to its writer, at once, with the stream id of the other side: a stream with equal keys for
/// both directions then talks to itself, and nothing but the stream can allocate.
/// </summary>
internal sealed class LoopbackDuplex(EventLoop loop, int roomBytes = 4096) : IByteDuplex
{
    private readonly byte[] _room = new byte[roomBytes];
    private IByteDuplexHandler? _handler;
    private int _count;
    private bool _isHeaderPassed;

    public EventLoop Loop => loop;

    /// <summary>Largest piece in which bytes come back.</summary>
    public int PieceBytes { get; init; } = int.MaxValue;

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
        for (var rest = _room.AsSpan(0, count); !rest.IsEmpty; rest = rest[Math.Min(PieceBytes, rest.Length)..])
            _handler!.OnData(rest[..Math.Min(PieceBytes, rest.Length)]);
        return true;
    }

    public void End() { }

    public void Destroy(Exception? error = null) => Assert.Null(error);

    public void PauseReading() { }

    public void ResumeReading() { }

    public bool TrySendMessage(ReadOnlySpan<byte> message) => false;
}
