using System.Net.Sockets;
using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream;

public sealed partial class StreamDuplex
{
    // Written bytes gather in front while back is being sent.
    private PooledBuffer _front = new();
    private PooledBuffer _back = new();
    private bool _isWriting;
    private bool _isTurnEndQueued;
    private bool _owesDrain;
    private bool _hasEnded;
    private bool _hasSentEnd;

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint) => _front.GetSpan(sizeHint);

    /// <inheritdoc/>
    public void Advance(int bytes)
    {
        if (!_isClosed && !_hasEnded)
            _front.Advance(bytes);
    }

    /// <inheritdoc/>
    public bool Flush()
    {
        Loop.VerifyAccess();
        if (_isClosed || _hasEnded)
            return false;
        if (QueuedBytes > _options.MaxQueuedBytes)
        {
            var text = $"{QueuedBytes} bytes wait to be written; the writer did not heed the high-water mark.";
            Destroy(new SecretStreamException(SecretStreamErrorCode.NoBuffers, text));
            return false;
        }
        QueueWrite();
        _owesDrain |= QueuedBytes > _options.HighWaterMark;
        return QueuedBytes <= _options.HighWaterMark;
    }

    /// <inheritdoc/>
    public void End()
    {
        Loop.VerifyAccess();
        if (_isClosed || _hasEnded)
            return;
        _hasEnded = true;
        QueueWrite();
    }

    void ITurnEndItem.OnTurnEnd()
    {
        _isTurnEndQueued = false;
        if (!_isWriting && !_isClosed)
            _ = WriteAsync();
    }

    private void QueueWrite()
    {
        if (_isWriting || _isTurnEndQueued)
            return;
        _isTurnEndQueued = true;
        Loop.AtTurnEnd(this);
    }

    /// <summary>Writes until nothing is left, then the end if asked for. Runs on the loop and never fails.</summary>
    private async Task WriteAsync()
    {
        _isWriting = true;
        try
        {
            while (_front.Count > 0 && !_isClosed)
            {
                (_front, _back) = (_back, _front);
                await WriteOnceAsync();
                _back.Clear();
                TellDrain();
            }
            if (_hasEnded && !_isClosed)
                SendEnd();
        }
        catch (Exception error)
        {
            OnHandlerFailed(error);
        }
        _isWriting = false;
        if (_isClosed)
            ReleaseWriteBuffers();
    }

    private async ValueTask WriteOnceAsync()
    {
        try
        {
            await _stream.WriteAsync(_back.Written, _closingToken);
        }
        catch (Exception error) when (IsStreamFailure(error))
        {
            Close(error);
        }
    }

    private void TellDrain()
    {
        if (!_owesDrain || _isClosed || QueuedBytes > _options.HighWaterMark)
            return;
        _owesDrain = false;
        _handler?.OnDrain();
    }

    private void SendEnd()
    {
        _hasSentEnd = true;
        try
        {
            if (_options.EndSending is { } endSending)
                endSending(_stream);
            else if (_stream is NetworkStream { Socket: var socket })
                socket.Shutdown(SocketShutdown.Send);
            else
                Close(null);
        }
        catch (Exception error) when (IsStreamFailure(error))
        {
            Close(error);
        }
        CloseIfBothEnded();
    }

    private void ReleaseWriteBuffers()
    {
        // A write under way still reads from the buffer; it gives it back itself.
        if (_isWriting)
            return;
        _front.Clear();
        _back.Clear();
    }
}
