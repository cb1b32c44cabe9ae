using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The wire form of a manifest. Source: hypercore 11.18.3, lib/messages.js, <c>manifest</c>. The fields from the flags on are
/// shared with the form on disk, which has no special version 0 (<see cref="StoredManifestCodec"/>).
/// </summary>
internal static class ManifestCodec
{
    private const int SignerBytes = 1 + (2 * Bytes32.Length);
    private const byte Blake2b = 0;
    private const byte Ed25519 = 0;

    public static int GetSize(Manifest manifest) =>
        1 + (manifest.Version == 0 ? ManifestV0Codec.GetSize(manifest) : GetBodySize(manifest));

    public static void Write(ref CompactWriter writer, Manifest manifest)
    {
        writer.WriteUInt((ulong)manifest.Version);
        if (manifest.Version == 0)
            ManifestV0Codec.Write(ref writer, manifest);
        else
            WriteBody(ref writer, manifest);
    }

    public static bool TryRead(ref CompactReader reader, out Manifest manifest)
    {
        manifest = null!;
        if (!reader.TryReadUInt(Manifest.MaxVersion, out var version))
            return false;
        return version == 0
            ? ManifestV0Codec.TryRead(ref reader, out manifest)
            : TryReadBody(ref reader, (int)version, out manifest);
    }

    internal static int GetBodySize(Manifest manifest)
    {
        var size = 2 + CompactEncoding.SizeOfUInt(manifest.Quorum) + GetSignersSize(manifest);
        if (manifest.Prologue is { } prologue)
            size += Bytes32.Length + CompactEncoding.SizeOfUInt(prologue.Length);
        if (manifest.Linked is { } linked)
            size += CompactEncoding.SizeOfUInt((ulong)linked.Count) + (linked.Count * Bytes32.Length);
        if (manifest.UserData is { } userData)
            size += CompactEncoding.SizeOfBuffer(userData.Length);
        return size;
    }

    internal static void WriteBody(ref CompactWriter writer, Manifest manifest)
    {
        var flags = manifest.AllowPatch ? ManifestFlags.Patch : ManifestFlags.None;
        flags |= manifest.Prologue is null ? ManifestFlags.None : ManifestFlags.Prologue;
        flags |= manifest.Linked is null ? ManifestFlags.None : ManifestFlags.Linked;
        flags |= manifest.UserData is null ? ManifestFlags.None : ManifestFlags.UserData;
        writer.WriteUInt8((byte)flags);
        writer.WriteUInt8(Blake2b);
        writer.WriteUInt(manifest.Quorum);
        WriteSigners(ref writer, manifest);
        if (manifest.Prologue is { } prologue)
        {
            writer.WriteFixed32(prologue.Hash);
            writer.WriteUInt(prologue.Length);
        }
        if (manifest.Linked is { } linked)
        {
            writer.WriteUInt((ulong)linked.Count);
            foreach (var key in linked)
                writer.WriteFixed32(key);
        }
        if (manifest.UserData is { } userData)
            writer.WriteBuffer(userData.Span);
    }

    internal static bool TryReadBody(ref CompactReader reader, int version, out Manifest manifest)
    {
        manifest = null!;
        if (
            !reader.TryReadUInt(out var bits)
            || !TryReadHashType(ref reader)
            || !reader.TryReadUInt(out var quorum)
            || !TryReadSigners(ref reader, out var signers)
        )
            return false;
        var flags = (ManifestFlags)(byte)bits;
        ManifestPrologue? prologue = null;
        if (flags.HasFlag(ManifestFlags.Prologue))
        {
            if (!reader.TryReadFixed32(out var hash) || !reader.TryReadUInt(out var length))
                return false;
            prologue = new(hash, length);
        }
        Bytes32[]? linked = null;
        if (flags.HasFlag(ManifestFlags.Linked) && !TryReadLinked(ref reader, out linked))
            return false;
        ReadOnlyMemory<byte>? userData = null;
        if (flags.HasFlag(ManifestFlags.UserData))
        {
            if (!reader.TryReadBuffer(out var bytes))
                return false;
            // JavaScript reads an empty buffer as null, and then drops the flag when it hashes.
            userData = bytes.IsEmpty ? null : bytes.ToArray();
        }
        manifest = new Manifest
        {
            Version = version,
            AllowPatch = flags.HasFlag(ManifestFlags.Patch),
            Quorum = quorum,
            Signers = signers,
            Prologue = prologue,
            Linked = linked,
            UserData = userData,
        };
        return true;
    }

    internal static int GetSignersSize(Manifest manifest) =>
        CompactEncoding.SizeOfUInt((ulong)manifest.Signers.Count) + (manifest.Signers.Count * SignerBytes);

    internal static void WriteSigners(ref CompactWriter writer, Manifest manifest)
    {
        writer.WriteUInt((ulong)manifest.Signers.Count);
        foreach (var signer in manifest.Signers)
            WriteSigner(ref writer, signer);
    }

    internal static void WriteSigner(ref CompactWriter writer, in ManifestSigner signer)
    {
        writer.WriteUInt8(Ed25519);
        writer.WriteFixed32(signer.Namespace);
        writer.WriteFixed32(signer.PublicKey);
    }

    internal static bool TryReadSigner(ref CompactReader reader, out ManifestSigner signer)
    {
        signer = default;
        if (
            !reader.TryReadUInt(Ed25519, out _)
            || !reader.TryReadFixed32(out var space)
            || !reader.TryReadFixed32(out var publicKey)
        )
            return false;
        signer = new(publicKey, space);
        return true;
    }

    internal static bool TryReadSigners(ref CompactReader reader, out ManifestSigner[] signers)
    {
        signers = [];
        if (!reader.TryReadArrayLength(SignerBytes, out var count))
            return false;
        signers = new ManifestSigner[count];
        foreach (ref var signer in signers.AsSpan())
        {
            if (!TryReadSigner(ref reader, out signer))
                return false;
        }
        return true;
    }

    internal static bool TryReadHashType(ref CompactReader reader) => reader.TryReadUInt(Blake2b, out _);

    private static bool TryReadLinked(ref CompactReader reader, out Bytes32[]? linked)
    {
        linked = null;
        if (!reader.TryReadArrayLength(Bytes32.Length, out var count))
            return false;
        linked = new Bytes32[count];
        foreach (ref var key in linked.AsSpan())
        {
            if (!reader.TryReadFixed32(out key))
                return false;
        }
        return true;
    }
}
