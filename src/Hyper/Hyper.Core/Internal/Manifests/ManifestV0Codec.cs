using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The wire form of version 0 after the version byte: hash, type, and a body per type. A version 0 manifest with signers
/// loses its prologue here, as in JavaScript. Source: hypercore 11.18.3, lib/messages.js, <c>manifestv0</c>.
/// </summary>
internal static class ManifestV0Codec
{
    private enum Kind : byte
    {
        Static = 0,
        Single = 1,
        Multiple = 2,
    }

    public static int GetSize(Manifest manifest) =>
        2
        + KindOf(manifest) switch
        {
            Kind.Static => Bytes32.Length,
            Kind.Single => 1 + (2 * Bytes32.Length),
            _ => 1 + CompactEncoding.SizeOfUInt(manifest.Quorum) + ManifestCodec.GetSignersSize(manifest),
        };

    public static void Write(ref CompactWriter writer, Manifest manifest)
    {
        var kind = KindOf(manifest);
        writer.WriteUInt8(0);
        writer.WriteUInt8((byte)kind);
        switch (kind)
        {
            case Kind.Static:
                writer.WriteFixed32(manifest.Prologue!.Value.Hash);
                break;
            case Kind.Single:
                ManifestCodec.WriteSigner(ref writer, manifest.Signers[0]);
                break;
            default:
                writer.WriteUInt8(manifest.AllowPatch ? (byte)1 : (byte)0);
                writer.WriteUInt(manifest.Quorum);
                ManifestCodec.WriteSigners(ref writer, manifest);
                break;
        }
    }

    public static bool TryRead(ref CompactReader reader, out Manifest manifest)
    {
        manifest = null!;
        if (!ManifestCodec.TryReadHashType(ref reader) || !reader.TryReadUInt((uint)Kind.Multiple, out var kind))
            return false;
        return (Kind)kind switch
        {
            Kind.Static => TryReadStatic(ref reader, out manifest),
            Kind.Single => TryReadSingle(ref reader, out manifest),
            _ => TryReadMultiple(ref reader, out manifest),
        };
    }

    private static Kind KindOf(Manifest manifest) =>
        manifest.Prologue is not null && manifest.Signers.Count == 0 ? Kind.Static
        : manifest is { Quorum: 1, Signers.Count: 1, AllowPatch: false } ? Kind.Single
        : Kind.Multiple;

    private static bool TryReadStatic(ref CompactReader reader, out Manifest manifest)
    {
        var read = reader.TryReadFixed32(out var hash);
        manifest = new Manifest
        {
            Version = 0,
            Quorum = 0,
            Prologue = new ManifestPrologue(hash, 0),
        };
        return read;
    }

    private static bool TryReadSingle(ref CompactReader reader, out Manifest manifest)
    {
        var read = ManifestCodec.TryReadSigner(ref reader, out var signer);
        manifest = new Manifest
        {
            Version = 0,
            Quorum = 1,
            Signers = [signer],
        };
        return read;
    }

    private static bool TryReadMultiple(ref CompactReader reader, out Manifest manifest)
    {
        manifest = null!;
        if (
            !reader.TryReadUInt(out var flags)
            || !reader.TryReadUInt(out var quorum)
            || !ManifestCodec.TryReadSigners(ref reader, out var signers)
        )
            return false;
        manifest = new Manifest
        {
            Version = 0,
            AllowPatch = (flags & 1) != 0,
            Quorum = quorum,
            Signers = signers,
        };
        return true;
    }
}
