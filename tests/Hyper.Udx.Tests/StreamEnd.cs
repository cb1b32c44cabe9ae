using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Udx.Tests;

/// <summary>A stream with a handler that remembers what it was told, and writers and readers to await.</summary>
internal sealed class StreamEnd : IByteDuplexHandler
{
    private readonly TaskCompletionSource _ended = new();
    private readonly TaskCompletionSource<Exception?> _closed = new();
    private TaskCompletionSource? _drained;
    private TaskCompletionSource? _received;
    private long _receivedTarget;

    public StreamEnd(UdxStream stream)
    {
        Stream = stream;
        Stream.Start(this);
    }

    public UdxStream Stream { get; }

    public long Received { get; private set; }

    public bool KeepsData { get; set; } = true;

    public MemoryStream Data { get; } = new();

    public List<byte[]> Messages { get; } = [];

    /// <summary>Called for each piece of data before it is remembered.</summary>
    public Action<ReadOnlyMemory<byte>>? DataHook { get; set; }

    public Action? EndHook { get; set; }

    public bool HasEnded => _ended.Task.IsCompleted;

    public bool HasClosed => _closed.Task.IsCompleted;

    public Task Ended => _ended.Task;

    /// <summary>Completes with the error that closed the stream, null for a clean end.</summary>
    public Task<Exception?> Closed => _closed.Task;

    public string? CloseCode => (CloseError as UdxException)?.Code;

    public Exception? CloseError { get; private set; }

    public void OnData(ReadOnlySpan<byte> data)
    {
        Assert.False(HasEnded || HasClosed, "Data after the end.");
        Assert.False(data.IsEmpty);
        Received += data.Length;
        if (KeepsData)
            Data.Write(data);
        DataHook?.Invoke(data.ToArray());
        if (_received is not null && Received >= _receivedTarget)
            _received.TrySetResult();
    }

    public void OnMessage(ReadOnlySpan<byte> message) => Messages.Add(message.ToArray());

    public void OnEnd()
    {
        Assert.False(HasClosed);
        _ended.SetResult();
        EndHook?.Invoke();
    }

    public void OnDrain() => _drained?.TrySetResult();

    public void OnClose(Exception? error)
    {
        CloseError = error;
        _closed.SetResult(error);
        _drained?.TrySetResult();
        _received?.TrySetResult();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Stream.GetSpan(bytes.Length));
        Stream.Advance(bytes.Length);
        Stream.Flush();
    }

    /// <summary>Writes with back-pressure, in pieces of the given sizes in turn.</summary>
    public async Task WriteAllAsync(byte[] bytes, params int[] pieces)
    {
        var piece = 0;
        for (var offset = 0; offset < bytes.Length && Stream.IsOpen; )
        {
            var length = Math.Min(pieces.Length == 0 ? 65_536 : pieces[piece++ % pieces.Length], bytes.Length - offset);
            bytes.AsSpan(offset, length).CopyTo(Stream.GetSpan(length));
            Stream.Advance(length);
            offset += length;
            if (Stream.Flush())
                continue;
            _drained = new TaskCompletionSource();
            await _drained.Task;
            _drained = null;
        }
    }

    public async Task ReceiveAsync(long total)
    {
        if (Received >= total)
            return;
        _receivedTarget = total;
        _received = new TaskCompletionSource();
        await _received.Task;
        Assert.True(Received >= total, $"Closed after {Received} of {total} bytes: {CloseError?.Message}");
    }

    public static byte[] RandomBytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
