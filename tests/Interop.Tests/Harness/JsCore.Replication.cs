namespace Interop.Tests.Harness;

/// <content>What a partner's core has, fetches and is sent.</content>
public sealed partial class JsCore
{
    private static readonly TimeSpan TransferDeadline = TimeSpan.FromMinutes(3);

    /// <summary>Appends blocks of the seeded pattern: block i is the pattern of seed + i.</summary>
    public Task FillAsync(int count, int size, int seed = 0, TimeSpan? deadline = null) =>
        Partner.CallAsync(
            "core.fill",
            new
            {
                core = Handle,
                count,
                size,
                seed,
            },
            deadline ?? TransferDeadline
        );

    public Task<Copy> StateAsync() => Partner.CallAsync<Copy>("core.state", new { core = Handle });

    /// <summary>What it knows of its peers.</summary>
    public async Task<IReadOnlyList<Peer>> PeersAsync() =>
        (await Partner.CallAsync<PeerList>("core.peers", new { core = Handle })).Peers;

    /// <summary>Waits until it is longer, or nobody has more.</summary>
    public Task UpdateAsync() => Partner.CallAsync("core.update", new { core = Handle });

    /// <summary>The block, from a peer if need be.</summary>
    public async Task<byte[]?> FetchAsync(ulong index) =>
        Bytes((await Partner.CallAsync<Answer>("core.fetch", new { core = Handle, index })).Value);

    /// <summary>The block in which a byte lies, and where in it.</summary>
    public async Task<(ulong Block, ulong Offset)> SeekAsync(ulong bytes)
    {
        var found = (await Partner.CallAsync<Position>("core.seek", new { core = Handle, at = bytes })).Found;
        return (found[0], found[1]);
    }

    /// <summary>Downloads up to <paramref name="end"/> and waits; without it, goes on for ever and does not wait.</summary>
    public Task DownloadAsync(ulong start = 0, ulong? end = null, TimeSpan? deadline = null) =>
        Partner.CallAsync(
            "core.download",
            new
            {
                core = Handle,
                start,
                end = end is { } last ? (long)last : -1,
            },
            deadline ?? TransferDeadline
        );

    /// <summary>Replaces a stored block by another, below every checksum; or loses it, which no bit tells.</summary>
    public Task DamageAsync(ulong index, byte[]? value) =>
        Partner.CallAsync(
            "core.damage",
            new
            {
                core = Handle,
                index,
                value = value is null ? null : Convert.ToHexStringLower(value),
            }
        );

    /// <summary>Downloads all there is and will be; it tells how far it is in events 'progress'.</summary>
    public Task FollowAsync() => Partner.CallAsync("core.follow", new { core = Handle });

    /// <summary>SHA-256 over all of its blocks.</summary>
    public async Task<string> DigestAsync() =>
        (await Partner.CallAsync<Digest>("core.digest", new { core = Handle }, TransferDeadline)).Hash;

    /// <summary>Registers an extension; its messages are events 'extension' of the receiver.</summary>
    public Task<Extension> RegisterExtensionAsync(string name) =>
        Partner.CallAsync<Extension>("core.extension", new { core = Handle, name });

    public Task BroadcastAsync(Extension extension, byte[] message) =>
        Partner.CallAsync(
            "core.broadcast",
            new { extension = extension.Handle, message = Convert.ToHexStringLower(message) }
        );

    public Task CloseAsync() => Partner.CallAsync("core.close", new { core = Handle });

    /// <summary>A copy at one moment.</summary>
    public sealed record Copy(ulong Length, ulong Fork, ulong ContiguousLength, int Peers);

    /// <summary>A peer, as the partner's replicator knows it.</summary>
    public sealed record Peer(
        ulong Length,
        ulong Fork,
        ulong ContiguousLength,
        int InFlight,
        bool IsPaused,
        int NotAvailable
    );

    public sealed record Extension(string Handle, string Receiver);

    private sealed record Position(ulong[] Found);

    private sealed record PeerList(Peer[] Peers);

    private sealed record Digest(string Hash);
}
