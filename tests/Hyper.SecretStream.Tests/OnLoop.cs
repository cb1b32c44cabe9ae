using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>
/// A byte duplex that says it belongs to another loop (with other randomness) than it does, and may pause late.
/// </summary>
internal sealed class OnLoop(IByteDuplex inner, EventLoop loop, bool neverPauses = false) : IByteDuplex
{
    public EventLoop Loop => loop;

    public void Start(IByteDuplexHandler handler) => inner.Start(handler);

    public Span<byte> GetSpan(int sizeHint) => inner.GetSpan(sizeHint);

    public void Advance(int bytes) => inner.Advance(bytes);

    public bool Flush() => inner.Flush();

    public void End() => inner.End();

    public void Destroy(Exception? error = null) => inner.Destroy(error);

    public void PauseReading()
    {
        if (!neverPauses)
            inner.PauseReading();
    }

    public void ResumeReading() => inner.ResumeReading();

    public bool TrySendMessage(ReadOnlySpan<byte> message) => inner.TrySendMessage(message);
}
