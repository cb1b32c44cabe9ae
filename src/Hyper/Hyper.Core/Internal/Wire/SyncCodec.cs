using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>Bytes of a sync. Source: hypercore 11.18.3 and 11.37.1, lib/messages.js, <c>wire.sync</c>.</summary>
internal static class SyncCodec
{
    private const SyncFlags Known =
        SyncFlags.CanUpgrade
        | SyncFlags.Uploading
        | SyncFlags.Downloading
        | SyncFlags.HasManifest
        | SyncFlags.AllowPush;

    public static int GetSize(in SyncMessage message) =>
        1 + CompactEncoding.SizeOfUInt(message.Fork) + WireNumbers.SizeOf(message.Length, message.RemoteLength);

    public static void Write(ref CompactWriter writer, in SyncMessage message)
    {
        writer.WriteUInt8((byte)message.Flags);
        writer.WriteUInt(message.Fork);
        writer.WritePair(message.Length, message.RemoteLength);
    }

    /// <summary>False if the bytes end early, or a length is beyond any core.</summary>
    public static bool TryRead(ref CompactReader reader, out SyncMessage message)
    {
        message = default;
        if (
            !reader.TryReadUInt(out var bits)
            || !reader.TryReadNumber(out var fork)
            || !reader.TryReadPair(out var length, out var remoteLength)
            || length > FlatTree.MaxLength
            || remoteLength > FlatTree.MaxLength
        )
            return false;
        message = new SyncMessage((SyncFlags)(byte)bits & Known, fork, length, remoteLength);
        return true;
    }
}
