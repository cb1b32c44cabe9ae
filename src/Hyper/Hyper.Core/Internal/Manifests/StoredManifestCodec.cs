using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The form of a manifest on disk: version, then the same body for every version, 0 included.
/// Source: hypercore-storage 1.18.0, spec/hyperschema, <c>@core/manifest</c>.
/// </summary>
internal static class StoredManifestCodec
{
    public static int GetSize(Manifest manifest) =>
        CompactEncoding.SizeOfUInt((ulong)manifest.Version) + ManifestCodec.GetBodySize(manifest);

    public static void Write(ref CompactWriter writer, Manifest manifest)
    {
        writer.WriteUInt((ulong)manifest.Version);
        ManifestCodec.WriteBody(ref writer, manifest);
    }

    public static bool TryRead(ref CompactReader reader, out Manifest manifest)
    {
        manifest = null!;
        return reader.TryReadUInt(Manifest.MaxVersion, out var version)
            && ManifestCodec.TryReadBody(ref reader, (int)version, out manifest);
    }
}
