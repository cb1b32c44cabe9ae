using Hyper.Bee.Internal;

namespace Hyper.Bee;

public sealed partial class Hyperbee
{
    /// <summary>
    /// The keys that begin with this bee's prefix, the name and the separator; they are shown without it. A separator given
    /// here is that of this name only.
    /// </summary>
    public Hyperbee Sub(ReadOnlySpan<byte> name, ReadOnlyMemory<byte>? separator = null)
    {
        VerifyOpen();
        var prefix = _prefix.Add(name, (separator ?? _shared.Options.Separator).Span);
        return new Hyperbee(_shared, _core, prefix, _checkout, HyperbeeKind.Sub, _reader.Epoch);
    }

    /// <inheritdoc cref="Sub(ReadOnlySpan{byte}, ReadOnlyMemory{byte}?)"/>
    public Hyperbee Sub(string name) => Sub(TextEncoding.UTF8.GetBytes(name));

    /// <summary>
    /// The bee as it was when it had <paramref name="version"/> blocks, whatever comes; read-only, and to be disposed. A
    /// version inside a batch has no tree of its own.
    /// </summary>
    public Task<Hyperbee> CheckoutAsync(ulong version)
    {
        VerifyOpen();
        version = Math.Max(1, version);
        return version <= _core.Length || version == 1
            ? OpenViewAsync(version)
            // A version that is not there yet is looked up in the core as it grows.
            : Task.FromResult(
                new Hyperbee(_shared, _core.OpenSession(), _prefix, version, HyperbeeKind.Checkout, null)
            );
    }

    /// <summary>The bee as it is now, whatever comes; read-only, and to be disposed.</summary>
    public Task<Hyperbee> SnapshotAsync()
    {
        VerifyOpen();
        return OpenViewAsync(_checkout);
    }

    /// <summary>A version on a snapshot of the core; 0 for what the snapshot has.</summary>
    private async Task<Hyperbee> OpenViewAsync(ulong version)
    {
        // Taken before: should the core be cut while the snapshot is taken, it does not share the cache.
        var epoch = _core.IsSnapshot ? _reader.Epoch : _shared.Cache.Epoch;
        var core = await _core.OpenSnapshotAsync();
        version = Math.Max(1, version != 0 ? version : core.Length);
        return new Hyperbee(_shared, core, _prefix, version, HyperbeeKind.Checkout, epoch);
    }
}
