using System.Buffers;

namespace Hyper.SecretStream;

public sealed partial class StreamDuplex
{
    private const int NothingArrived = -1;

    private byte[]? _readBuffer;
    private int _arrived = NothingArrived;
    private bool _isReading;
    private bool _isPaused;
    private bool _hasRemoteEnded;

    /// <inheritdoc/>
    public void PauseReading()
    {
        Loop.VerifyAccess();
        _isPaused = true;
    }

    /// <inheritdoc/>
    public void ResumeReading()
    {
        Loop.VerifyAccess();
        _isPaused = false;
        BeginRead();
    }

    private void BeginRead()
    {
        if (_isReading || _isPaused || _isClosed || _hasRemoteEnded || _handler is null)
            return;
        _isReading = true;
        Loop.Post(static state => _ = ((StreamDuplex)state!).ReadAsync(), this);
    }

    /// <summary>Reads until paused, ended or closed. Runs on the loop and never fails.</summary>
    private async Task ReadAsync()
    {
        try
        {
            while (!_isPaused && !_isClosed && !_hasRemoteEnded)
            {
                _readBuffer ??= ArrayPool<byte>.Shared.Rent(_options.ReadBufferBytes);
                if (_arrived == NothingArrived)
                    await ReadOnceAsync();
                if (_arrived != NothingArrived && !_isPaused && !_isClosed)
                    DeliverArrived();
            }
        }
        catch (Exception error)
        {
            OnHandlerFailed(error);
        }
        _isReading = false;
        if (_isClosed)
            ReleaseReadBuffer();
    }

    private async ValueTask ReadOnceAsync()
    {
        try
        {
            _arrived = await _stream.ReadAsync(_readBuffer, _closingToken);
        }
        catch (Exception error) when (IsStreamFailure(error))
        {
            Close(error);
        }
    }

    private void DeliverArrived()
    {
        var count = _arrived;
        _arrived = NothingArrived;
        if (count > 0)
        {
            _handler!.OnData(_readBuffer.AsSpan(0, count));
            return;
        }
        _hasRemoteEnded = true;
        _handler!.OnEnd();
        CloseIfBothEnded();
    }

    private void ReleaseReadBuffer()
    {
        // A read under way still writes into the buffer; it gives it back itself.
        if (_isReading || _readBuffer is null)
            return;
        ArrayPool<byte>.Shared.Return(_readBuffer);
        _readBuffer = null;
    }
}
