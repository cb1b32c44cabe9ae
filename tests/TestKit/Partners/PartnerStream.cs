namespace TestKit.Partners;

/// <summary>A partner's stream: a UDX stream, a secret stream or a connection made of both.</summary>
public sealed class PartnerStream(PartnerProcess partner, string handle) : PartnerObject(partner, handle)
{
    private static readonly TimeSpan TransferDeadline = TimeSpan.FromMinutes(2);

    /// <summary>Waits until the secret stream has its keys; the event names both.</summary>
    public Task<PartnerEvent> OpenedAsync(TimeSpan? deadline = null) => ExpectAsync("open", deadline);

    /// <summary>Waits until the stream is gone; returns the error code, or null after a clean end.</summary>
    public async Task<string?> ClosedAsync(TimeSpan? deadline = null) =>
        (await ExpectAsync("close", deadline)).Text("code");

    /// <summary>Writes bytes of the seeded pattern; completes when the stream has taken them all.</summary>
    public Task WriteAsync(long bytes, int seed = 0, int chunk = 65_536, long offset = 0) =>
        Partner.CallAsync(
            "stream.write",
            new
            {
                stream = Handle,
                bytes,
                seed,
                chunk,
                offset,
            },
            TransferDeadline
        );

    /// <summary>Writes one message.</summary>
    public Task WriteAsync(ReadOnlySpan<byte> message) =>
        Partner.CallAsync("stream.writeHex", new { stream = Handle, hex = Convert.ToHexStringLower(message) });

    /// <summary>Waits until this much has come in, or nothing more will.</summary>
    public Task<Intake> WaitAsync(long bytes = 0, long messages = 0, TimeSpan? deadline = null) =>
        Partner.CallAsync<Intake>(
            "stream.wait",
            new
            {
                stream = Handle,
                bytes,
                messages,
            },
            deadline ?? TransferDeadline
        );

    /// <summary>Sends one message beside the stream.</summary>
    public Task SendAsync(ReadOnlySpan<byte> message) =>
        Partner.CallAsync("stream.send", new { stream = Handle, hex = Convert.ToHexStringLower(message) });

    /// <summary>Waits until the other side has acknowledged what was written.</summary>
    public Task FlushAsync() => Partner.CallAsync("stream.flush", new { stream = Handle });

    /// <summary>Ends its direction.</summary>
    public Task EndAsync() => Partner.CallAsync("stream.end", new { stream = Handle });

    /// <summary>Gives the stream up.</summary>
    public Task DestroyAsync() => Partner.CallAsync("stream.destroy", new { stream = Handle });

    /// <summary>Moves a UDX stream to another remote.</summary>
    public Task ChangeRemoteAsync(PartnerUdxSocket socket, uint remoteId, ushort remotePort) =>
        Partner.CallAsync(
            "udx.changeRemote",
            new
            {
                stream = Handle,
                socket = socket.Handle,
                remoteId,
                port = remotePort,
            }
        );

    /// <summary>Has a UDX stream of the newest set send a heartbeat while idle.</summary>
    public Task KeepAliveAsync(TimeSpan interval) =>
        Partner.CallAsync("udx.keepAlive", new { stream = Handle, milliseconds = (int)interval.TotalMilliseconds });

    /// <summary>Where the packets of its UDX stream go now.</summary>
    public Task<PartnerAddress> GetRemoteAsync() =>
        Partner.CallAsync<PartnerAddress>("stream.remote", new { stream = Handle });

    /// <summary>Packets that a UDX stream has received.</summary>
    public async Task<long> PacketsReceivedAsync() => (await GetCountersAsync()).PacketsReceived;

    /// <summary>Bytes, with the headers of IP and UDP, to which a UDX stream cuts its packets now.</summary>
    public async Task<int> GetMtuAsync() => (await GetCountersAsync()).Mtu;

    /// <summary>Makes a UDX stream the leg of a relay to another one.</summary>
    public Task RelayToAsync(PartnerStream destination) =>
        Partner.CallAsync("udx.relay", new { from = Handle, to = destination.Handle });

    /// <summary>Wraps a UDX stream of mode <see cref="StreamMode.None"/> in a secret stream.</summary>
    public async Task<PartnerStream> WrapAsync(
        bool initiator,
        string seed,
        string pattern = "XX",
        string? remotePublicKey = null,
        StreamMode mode = StreamMode.Hash
    )
    {
        var made = await Partner.CallAsync<Created>(
            "secret.wrap",
            new
            {
                stream = Handle,
                initiator,
                seed,
                pattern,
                remotePublicKey,
                mode = mode.ToDriver(),
            }
        );
        return new PartnerStream(Partner, made.Handle);
    }

    private Task<Counters> GetCountersAsync() => Partner.CallAsync<Counters>("stream.stats", new { stream = Handle });

    private sealed record Counters(long PacketsReceived, int Mtu);
}
