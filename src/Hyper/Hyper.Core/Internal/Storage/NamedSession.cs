using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>A named session of a core and where its data lies. Source: hypercore-storage 1.18.0, <c>@core/sessions</c>.</summary>
internal readonly record struct NamedSession(string Name, ulong DataPointer)
{
    public static byte[] ToBytes(IReadOnlyCollection<NamedSession> sessions)
    {
        var size = CompactEncoding.SizeOfUInt((ulong)sessions.Count);
        foreach (var session in sessions)
            size += CompactEncoding.SizeOfString(session.Name) + CompactEncoding.SizeOfUInt(session.DataPointer);
        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt((ulong)sessions.Count);
        foreach (var session in sessions)
        {
            writer.WriteString(session.Name);
            writer.WriteUInt(session.DataPointer);
        }
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out NamedSession[] sessions)
    {
        sessions = [];
        var reader = new CompactReader(source);
        if (!reader.TryReadArrayLength(2, out var count))
            return false;
        sessions = new NamedSession[count];
        foreach (ref var session in sessions.AsSpan())
        {
            if (!reader.TryReadString(out var name) || !reader.TryReadUInt(out var data))
                return false;
            session = new NamedSession(name, data);
        }
        return true;
    }
}
