using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// A core's identity: key, manifest, and what signs it if we may. Source: hypercore-storage 1.18.0, <c>@core/auth</c>.
/// </summary>
internal sealed record CoreAuth
{
    public required Bytes32 Key { get; init; }

    public required Bytes32 DiscoveryKey { get; init; }

    public Manifest? Manifest { get; init; }

    /// <summary>The public key that goes with <see cref="SecretKey"/>.</summary>
    public Bytes32? PublicKey { get; init; }

    /// <summary>64 bytes, or null where only the public half is stored.</summary>
    public ReadOnlyMemory<byte>? SecretKey { get; init; }

    public ReadOnlyMemory<byte>? EncryptionKey { get; init; }

    public byte[] ToBytes()
    {
        var manifestSize = Manifest is null ? 0 : StoredManifestCodec.GetSize(Manifest);
        var size = (2 * Bytes32.Length) + 1;
        size += Manifest is null ? 0 : CompactEncoding.SizeOfBuffer(manifestSize);
        size += PublicKey is null
            ? 0
            : CompactEncoding.SizeOfBuffer(Bytes32.Length) + CompactEncoding.SizeOfBuffer(SecretKey?.Length ?? 0);
        size += EncryptionKey is { } sized ? CompactEncoding.SizeOfBuffer(sized.Length) : 0;
        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        writer.WriteFixed32(Key);
        writer.WriteFixed32(DiscoveryKey);
        writer.WriteUInt8(
            (byte)((Manifest is null ? 0 : 1) | (PublicKey is null ? 0 : 2) | (EncryptionKey is null ? 0 : 4))
        );
        if (Manifest is not null)
        {
            writer.WriteUInt((ulong)manifestSize);
            StoredManifestCodec.Write(ref writer, Manifest);
        }
        if (PublicKey is { } publicKey)
        {
            writer.WriteBuffer(publicKey.Span);
            writer.WriteBuffer(SecretKey is { } secretKey ? secretKey.Span : default);
        }
        if (EncryptionKey is { } encryptionKey)
            writer.WriteBuffer(encryptionKey.Span);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out CoreAuth auth)
    {
        auth = null!;
        var reader = new CompactReader(source);
        if (
            !reader.TryReadFixed32(out var key)
            || !reader.TryReadFixed32(out var discoveryKey)
            || !reader.TryReadUInt(out var flags)
        )
            return false;
        Manifest? manifest = null;
        if ((flags & 1) != 0)
        {
            if (!reader.TryReadBuffer(out var bytes))
                return false;
            var inner = new CompactReader(bytes);
            if (!StoredManifestCodec.TryRead(ref inner, out manifest))
                return false;
        }
        Bytes32? publicKey = null;
        ReadOnlyMemory<byte>? secretKey = null;
        if ((flags & 2) != 0)
        {
            if (!reader.TryReadBuffer(out var open) || !reader.TryReadBuffer(out var secret))
                return false;
            if (open.Length != Bytes32.Length)
                return false;
            publicKey = new Bytes32(open);
            secretKey = secret.IsEmpty ? null : secret.ToArray();
        }
        ReadOnlyMemory<byte>? encryptionKey = null;
        if ((flags & 4) != 0)
        {
            if (!reader.TryReadBuffer(out var bytes))
                return false;
            encryptionKey = bytes.ToArray();
        }
        auth = new CoreAuth
        {
            Key = key,
            DiscoveryKey = discoveryKey,
            Manifest = manifest,
            PublicKey = publicKey,
            SecretKey = secretKey,
            EncryptionKey = encryptionKey,
        };
        return true;
    }
}
