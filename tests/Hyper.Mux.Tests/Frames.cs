using Hyper.Encoding;

namespace Hyper.Mux.Tests;

/// <summary>Control frames as the other side would write them.</summary>
internal static class Frames
{
    public static byte[] Open(ulong id, string protocol, ReadOnlySpan<byte> channelId = default, int handshakeBytes = 0)
    {
        var size =
            2
            + CompactEncoding.SizeOfUInt(id)
            + CompactEncoding.SizeOfString(protocol)
            + CompactEncoding.SizeOfBuffer(channelId.Length)
            + handshakeBytes;
        var frame = new byte[size];
        var writer = new CompactWriter(frame);
        writer.WriteUInt(0);
        writer.WriteUInt(1);
        writer.WriteUInt(id);
        writer.WriteString(protocol);
        writer.WriteBuffer(channelId);
        return frame;
    }

    public static string Reject(ulong id) => Control(2, id);

    public static string Close(ulong id) => Control(3, id);

    /// <summary>
    /// The frame without the closes of <paramref name="ids"/>, each of which is taken off the list when it was found; null
    /// when nothing else is in the frame. Of several closes of one id it is the last: the id was used again meanwhile.
    /// </summary>
    public static string? WithoutCloses(string frame, List<int> ids)
    {
        var bytes = Convert.FromHexString(frame);
        if (TryReadClose(bytes, isInBatch: false, out var closed) && ids.Remove(closed))
            return null;
        if (bytes is not [0, 0, ..])
            return frame;
        var items = ReadBatch(bytes);
        for (var i = items.Count - 1; i >= 0; i--)
        {
            var (channel, item) = items[i];
            if (channel == 0 && TryReadClose(item, isInBatch: true, out closed) && ids.Remove(closed))
                items.RemoveAt(i);
        }
        return items.Count == 0 ? null : Convert.ToHexStringLower(WriteBatch(items));
    }

    private static List<(ulong Channel, byte[] Item)> ReadBatch(byte[] frame)
    {
        var items = new List<(ulong, byte[])>();
        var reader = new CompactReader(frame.AsSpan(2));
        Assert.True(reader.TryReadUInt(out var channel));
        while (reader.TryReadBuffer(out var item))
        {
            if (item.IsEmpty)
                Assert.True(reader.TryReadUInt(out channel));
            else
                items.Add((channel, item.ToArray()));
        }
        return items;
    }

    private static byte[] WriteBatch(List<(ulong Channel, byte[] Item)> items)
    {
        List<byte> frame = [0, 0, .. UInt(items[0].Channel)];
        var written = items[0].Channel;
        foreach (var (channel, item) in items)
        {
            if (written != channel)
                frame.AddRange([0, .. UInt(channel)]);
            written = channel;
            frame.AddRange([.. UInt((ulong)item.Length), .. item]);
        }
        return [.. frame];
    }

    private static bool TryReadClose(ReadOnlySpan<byte> bytes, bool isInBatch, out int id)
    {
        var reader = new CompactReader(bytes);
        ulong control = 0;
        ulong type = 0;
        ulong wideId = 0;
        var isClose =
            (isInBatch || reader.TryReadUInt(out control))
            && reader.TryReadUInt(out type)
            && reader.TryReadUInt(out wideId)
            && (control, type) == (0, 3);
        id = (int)wideId;
        return isClose;
    }

    private static byte[] UInt(ulong value)
    {
        var bytes = new byte[CompactEncoding.SizeOfUInt(value)];
        new CompactWriter(bytes).WriteUInt(value);
        return bytes;
    }

    private static string Control(ulong type, ulong id)
    {
        var frame = new byte[2 + CompactEncoding.SizeOfUInt(id)];
        var writer = new CompactWriter(frame);
        writer.WriteUInt(0);
        writer.WriteUInt(type);
        writer.WriteUInt(id);
        return Convert.ToHexStringLower(frame);
    }
}
