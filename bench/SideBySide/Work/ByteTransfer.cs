using System.Diagnostics;
using Hyper.Loop;

namespace SideBySide.Work;

/// <summary>Moves bytes over a byte stream as fast as it takes them, and times it. One transfer; on the loop.</summary>
internal sealed class ByteTransfer(
    IByteDuplex writer,
    IByteDuplex reader,
    long bytes,
    int chunk,
    AllocationMeter allocations
)
{
    private readonly TaskCompletionSource<double[]> _arrived = new();
    private readonly byte[] _piece = new byte[chunk];
    private readonly long _total = (bytes + chunk - 1) / chunk * chunk;
    private readonly AllocationMeter _allocations = allocations;
    private long _written;
    private long _received;
    private long _startedAt;

    /// <summary>Starts both ends and completes with the megabytes a second and the allocations.</summary>
    public Task<double[]> RunAsync()
    {
        reader.Start(new Reader(this));
        _startedAt = Stopwatch.GetTimestamp();
        writer.Start(new Writer(this));
        Pump();
        return _arrived.Task;
    }

    private void Pump()
    {
        var goesOn = true;
        while (goesOn && _written < _total)
        {
            _piece.CopyTo(writer.GetSpan(_piece.Length));
            writer.Advance(_piece.Length);
            _written += _piece.Length;
            goesOn = writer.Flush();
        }
    }

    private void Fail(Exception? error) => _arrived.TrySetException(error ?? new IOException("The stream closed."));

    private sealed class Writer(ByteTransfer transfer) : IByteDuplexHandler
    {
        public void OnData(ReadOnlySpan<byte> data) { }

        public void OnMessage(ReadOnlySpan<byte> message) { }

        public void OnEnd() { }

        public void OnDrain() => transfer.Pump();

        public void OnClose(Exception? error) => transfer.Fail(error);
    }

    private sealed class Reader(ByteTransfer transfer) : IByteDuplexHandler
    {
        public void OnData(ReadOnlySpan<byte> data)
        {
            transfer._received += data.Length;
            transfer._allocations.OnProgress(transfer._received);
            if (transfer._received >= transfer._total)
                Finish();
        }

        public void OnMessage(ReadOnlySpan<byte> message) { }

        public void OnEnd() { }

        public void OnDrain() { }

        public void OnClose(Exception? error) => transfer.Fail(error);

        private void Finish()
        {
            var seconds = Stopwatch.GetElapsedTime(transfer._startedAt).TotalSeconds;
            transfer._arrived.TrySetResult([transfer._received / 1e6 / seconds, transfer._allocations.PerUnit()]);
        }
    }
}
