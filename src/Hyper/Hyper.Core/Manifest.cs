using System.Buffers;
using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// Who may sign a core, and what it begins with. The core's key is the hash of this. Immutable.
/// Source: hypercore 11.18.3, lib/verifier.js (<c>createManifest</c>) and lib/messages.js. See docs/protocol/hypercore.md.
/// </summary>
public sealed record Manifest
{
    /// <summary>The newest version that is understood (hypercore 11.37.1; 11.18.3 stops at 2).</summary>
    public const int MaxVersion = 3;

    internal Manifest() { }

    /// <summary>0 to <see cref="MaxVersion"/>.</summary>
    public required int Version { get; init; }

    /// <inheritdoc cref="ManifestOptions.AllowPatch"/>
    public bool AllowPatch { get; init; }

    /// <summary>How many signers it takes.</summary>
    public required ulong Quorum { get; init; }

    /// <inheritdoc cref="ManifestOptions.Signers"/>
    public IReadOnlyList<ManifestSigner> Signers { get; init; } = [];

    /// <inheritdoc cref="ManifestOptions.Prologue"/>
    public ManifestPrologue? Prologue { get; init; }

    /// <inheritdoc cref="ManifestOptions.Linked"/>
    public IReadOnlyList<Bytes32>? Linked { get; init; }

    /// <inheritdoc cref="ManifestOptions.UserData"/>
    public ReadOnlyMemory<byte>? UserData { get; init; }

    /// <summary>The manifest of a core with one signer under the default namespace: what JavaScript makes by default.</summary>
    /// <remarks>Never refuses: the key of an old core comes from elsewhere, and says by itself who signs.</remarks>
    public static Manifest ForSigner(in Bytes32 publicKey) =>
        new()
        {
            Version = 1,
            Quorum = 1,
            Signers = [new(publicKey)],
        };

    /// <summary>Makes a manifest, with the defaults filled in.</summary>
    /// <exception cref="HypercoreException">BAD_ARGUMENT: the fields do not go together.</exception>
    public static Manifest Create(ManifestOptions options)
    {
        var hasLinked = options.Linked is { Count: > 0 };
        var version = options.Version ?? (hasLinked || options.UserData is not null ? 2 : 1);
        var manifest = new Manifest
        {
            Version = version,
            AllowPatch = options.AllowPatch,
            Quorum = options.Quorum is { } quorum
                ? (ulong)Math.Max(quorum, 0)
                : (ulong)(options.Signers.Count == 0 ? 0 : (options.Signers.Count / 2) + 1),
            Signers = options.Signers,
            Prologue = options.Prologue,
            Linked = hasLinked ? options.Linked : null,
            UserData = options.UserData,
        };
        var problem =
            options.Hash != "blake2b" ? $"Hash {options.Hash} is not known."
            : options.Quorum < 0 ? "The quorum is negative."
            : manifest.Signers.Any(signer => signer.PublicKey == default) ? "A signer has no public key."
            : manifest.FindProblem();
        if (manifest.Quorum > (ulong)manifest.Signers.Count)
            problem ??= $"A quorum of {manifest.Quorum} cannot be met by {manifest.Signers.Count} signers.";
        return problem is null ? manifest : throw new HypercoreException(HypercoreErrorCode.BadArgument, problem);
    }

    /// <summary>Reads the wire form. False for anything that JavaScript refuses; bytes after the end are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out Manifest manifest)
    {
        var reader = new CompactReader(source);
        return ManifestCodec.TryRead(ref reader, out manifest);
    }

    /// <summary>The wire form.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ManifestCodec.GetSize(this)];
        var writer = new CompactWriter(bytes);
        ManifestCodec.Write(ref writer, this);
        return bytes;
    }

    /// <summary>
    /// The key of the core: a hash over the canonical bytes, so that a manifest that came in another spelling has the key of
    /// its meaning.
    /// </summary>
    public Bytes32 ComputeKey()
    {
        var size = ManifestCodec.GetSize(this);
        var rented = ArrayPool<byte>.Shared.Rent(size);
        var writer = new CompactWriter(rented);
        ManifestCodec.Write(ref writer, this);
        var key = Blake2b.Hash(CoreNamespaces.Manifest.Span, writer.Written);
        ArrayPool<byte>.Shared.Return(rented);
        return key;
    }

    /// <summary>Whether <paramref name="key"/> is the public key of the only signer: a core from before manifests.</summary>
    public bool IsCompat(in Bytes32 key) => Signers.Count == 1 && Signers[0].PublicKey == key;

    /// <summary>Whether a core with this manifest may have <paramref name="key"/>.</summary>
    internal bool Fits(in Bytes32 key) => IsCompat(key) || ComputeKey() == key;

    /// <summary>
    /// What JavaScript does to a manifest before it is used (and before a stored one is): null if it would refuse it.
    /// </summary>
    internal Manifest? Normalize() =>
        FindProblem() is not null ? null
        : Linked is { Count: 0 } ? this with { Linked = null }
        : this;

    private string? FindProblem() =>
        Version is < 0 or > MaxVersion ? $"Manifest version {Version} is not known."
        : Version < 2 && UserData is not null ? "User data needs version 2."
        : Version < 2 && Linked is { Count: > 0 } ? "Linked cores need version 2."
        : null;
}
