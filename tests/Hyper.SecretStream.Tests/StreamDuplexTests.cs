using System.IO.Pipes;
using System.Security.Cryptography;
using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

public class StreamDuplexTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Large_message_passes_over_tcp_and_both_ends_close_cleanly()
    {
        using var loop = new NetworkLoop();
        await using var pair = await TcpPair.OpenAsync(loop, loop);
        Recorder atA = new(),
            atB = new();
        var message = new byte[16 * 1024 * 1024 - 1000];
        new Random(3).NextBytes(message);
        await loop.InvokeAsync(async () =>
        {
            pair.A.Start(atA);
            pair.B.Start(atB);
            Assert.True(await pair.A.Opened);
            Assert.False(pair.A.Write(message));
            Assert.True(pair.DuplexA.QueuedBytes > message.Length);
            await atB.Count(1).WaitAsync(_patience);
            pair.A.End();
            await atB.Ended.WaitAsync(_patience);
            pair.B.Write([1]);
            pair.B.End();
            Assert.Null(await atA.Closed.WaitAsync(_patience));
            Assert.Null(await atB.Closed.WaitAsync(_patience));
        });
        Assert.Equal(SHA256.HashData(message), SHA256.HashData(atB.Messages[0]));
        Assert.Equal([1], atA.Messages[0]);
        Assert.Equal(1, atA.Drains);
        Assert.Equal(0, pair.DuplexA.QueuedBytes);
    }

    [Fact]
    public async Task Destroy_resets_the_other_side()
    {
        using var loop = new NetworkLoop();
        await using var pair = await TcpPair.OpenAsync(loop, loop);
        Recorder atA = new(),
            atB = new();
        await loop.InvokeAsync(async () =>
        {
            pair.A.Start(atA);
            pair.B.Start(atB);
            await pair.B.Opened;
            pair.A.Destroy();
            Assert.Null(await atA.Closed.WaitAsync(_patience));
            Assert.IsAssignableFrom<IOException>(await atB.Closed.WaitAsync(_patience));
        });
    }

    [Fact]
    public async Task Paused_reader_slows_the_writer_and_loses_nothing()
    {
        using var loop = new NetworkLoop();
        await using var pair = await TcpPair.OpenAsync(loop, loop);
        Recorder atA = new(),
            atB = new();
        await loop.InvokeAsync(async () =>
        {
            pair.A.Start(atA);
            pair.B.Start(atB);
            await pair.B.Opened;
            pair.B.PauseReading();
            // More than the kernel takes on its own.
            var message = new byte[100_000];
            var sent = 0;
            for (; sent < 500 && pair.DuplexA.QueuedBytes < 20_000_000; sent++)
                pair.A.Write(message);
            Assert.Empty(atB.Messages);
            pair.B.ResumeReading();
            await atB.Count(sent).WaitAsync(_patience);
        });
    }

    [Fact]
    public async Task Writer_that_never_waits_meets_the_bound()
    {
        using var loop = new NetworkLoop();
        await using var pair = await TcpPair.OpenAsync(loop, loop, new() { MaxQueuedBytes = 1_000_000 });
        var atA = new Recorder();
        await loop.InvokeAsync(async () =>
        {
            pair.A.Start(atA);
            pair.B.Start(new Recorder());
            await pair.A.Opened;
            for (var i = 0; i < 20; i++)
                pair.A.Write(new byte[100_000]);
            var error = Assert.IsType<SecretStreamException>(await atA.Closed.WaitAsync(_patience));
            Assert.Equal(SecretStreamErrorCode.NoBuffers, error.Code);
        });
    }

    [Fact]
    public async Task Pipe_that_cannot_be_half_closed_closes_after_what_was_written()
    {
        using var loop = new NetworkLoop();
        var name = $"hyper-{Guid.NewGuid():N}";
        var server = new NamedPipeServerStream(
            name,
            PipeDirection.InOut,
            1,
            PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous
        );
        var client = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous);
        await Task.WhenAll(server.WaitForConnectionAsync(), client.ConnectAsync());
        Recorder atA = new(),
            atB = new();
        using var keys = Crypto.KeyPair.Generate();
        await loop.InvokeAsync(async () =>
        {
            var a = new NoiseSecretStream(new StreamDuplex(loop, client), true, keys);
            var b = new NoiseSecretStream(new StreamDuplex(loop, server), false, keys);
            a.Start(atA);
            b.Start(atB);
            Assert.True(await b.Opened.WaitAsync(_patience));
            // A pipe closed with something unread is reset: a must have read all that b has sent.
            b.Write([9]);
            await atA.Count(1).WaitAsync(_patience);
            a.Write([1, 2, 3]);
            a.End();
            await atB.Count(1).WaitAsync(_patience);
            await atA.Closed.WaitAsync(_patience);
            await atB.Ended.WaitAsync(_patience);
            b.End();
            await atB.Closed.WaitAsync(_patience);
        });
    }
}
