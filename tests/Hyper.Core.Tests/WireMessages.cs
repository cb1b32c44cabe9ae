using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Replication messages by their type on the channel; -1 is the handshake.</summary>
internal static class WireMessages
{
    private delegate bool Reading<T>(ref CompactReader reader, out T message);

    private delegate void Writing(ref CompactWriter writer);

    public static bool TryRead(int type, byte[] bytes, out object message)
    {
        switch (type)
        {
            case -1:
                return Read<HandshakeMessage>(bytes, HandshakeCodec.TryRead, out message);
            case 0:
                return Read<SyncMessage>(bytes, SyncCodec.TryRead, out message);
            case 1:
                return Read<RequestMessage>(bytes, RequestCodec.TryRead, out message);
            case 2:
                return Read<CancelMessage>(bytes, CancelCodec.TryRead, out message);
            case 3:
                var isData = DataCodec.TryRead(bytes, out var data, out _);
                message = data;
                return isData;
            case 4:
                return Read<NoDataMessage>(bytes, NoDataCodec.TryRead, out message);
            case 5 or 6:
                return Read<WantMessage>(bytes, WantCodec.TryRead, out message);
            case 7:
                var isBitfield = BitfieldCodec.TryRead(bytes, out var bitfield);
                message = bitfield;
                return isBitfield;
            case 8:
                return Read<RangeMessage>(bytes, RangeCodec.TryRead, out message);
            case 9:
                var isExtension = ExtensionCodec.TryRead(bytes, out var extension);
                message = extension;
                return isExtension;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "No such message.");
        }
    }

    public static byte[] Write(int type, object message) =>
        message switch
        {
            HandshakeMessage m => Write(HandshakeCodec.Size, (ref w) => HandshakeCodec.Write(ref w, m)),
            SyncMessage m => Write(SyncCodec.GetSize(m), (ref w) => SyncCodec.Write(ref w, m)),
            RequestMessage m => Write(RequestCodec.GetSize(m), (ref w) => RequestCodec.Write(ref w, m)),
            CancelMessage m => Write(CancelCodec.GetSize(m), (ref w) => CancelCodec.Write(ref w, m)),
            DataMessage m => Vectors.Encode(m),
            NoDataMessage m => Write(NoDataCodec.GetSize(m), (ref w) => NoDataCodec.Write(ref w, m)),
            WantMessage m => Write(WantCodec.GetSize(m), (ref w) => WantCodec.Write(ref w, m)),
            BitfieldMessage m => Write(BitfieldCodec.GetSize(m), (ref w) => BitfieldCodec.Write(ref w, m)),
            RangeMessage m => Write(RangeCodec.GetSize(m), (ref w) => RangeCodec.Write(ref w, m)),
            ExtensionMessage m => Write(ExtensionCodec.GetSize(m), (ref w) => ExtensionCodec.Write(ref w, m)),
            _ => throw new ArgumentOutOfRangeException(nameof(message), type, "No such message."),
        };

    private static bool Read<T>(byte[] bytes, Reading<T> read, out object message)
    {
        var reader = new CompactReader(bytes);
        var isRead = read(ref reader, out var value);
        message = value!;
        return isRead;
    }

    /// <summary>Exactly the announced number of bytes.</summary>
    private static byte[] Write(int size, Writing write)
    {
        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        write(ref writer);
        Assert.Equal(size, writer.Position);
        return bytes;
    }
}
