using Hyper.Encoding;

namespace Hyper.Core.Tests.Replication;

/// <summary>One message of a frame of Protomux: on channel 0 of the mux itself, else on a channel.</summary>
/// <param name="Channel">0, or the channel's number.</param>
/// <param name="Type">Which message.</param>
/// <param name="Body">Its bytes.</param>
internal readonly record struct MuxItem(uint Channel, uint Type, byte[] Body)
{
    public const uint Open = 1;
    public const uint Reject = 2;
    public const uint Close = 3;

    /// <summary>The messages of a frame, which is one or a batch.</summary>
    public static List<MuxItem> ReadAll(byte[] frame)
    {
        var items = new List<MuxItem>();
        var reader = new CompactReader(frame);
        Assert.True(reader.TryReadUInt(uint.MaxValue, out var channel));
        Assert.True(reader.TryReadUInt(uint.MaxValue, out var type));
        if (channel != 0 || type != 0)
        {
            items.Add(new MuxItem(channel, type, reader.Remaining.ToArray()));
            return items;
        }
        Assert.True(reader.TryReadUInt(uint.MaxValue, out channel));
        while (!reader.IsAtEnd)
        {
            Assert.True(reader.TryReadBuffer(out var message));
            if (message.IsEmpty)
            {
                Assert.True(reader.TryReadUInt(uint.MaxValue, out channel));
                continue;
            }
            var inner = new CompactReader(message);
            Assert.True(inner.TryReadUInt(uint.MaxValue, out type));
            items.Add(new MuxItem(channel, type, inner.Remaining.ToArray()));
        }
        return items;
    }
}
