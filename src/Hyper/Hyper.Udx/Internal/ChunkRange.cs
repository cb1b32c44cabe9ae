using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hyper.Udx.Internal;

/// <summary>
/// Bytes of a chunk, running on into the chunks behind it where they pass its end. A packet is described by one until it
/// is acknowledged; the queue keeps the chunks that long.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkRange(Chunk? First, int Start, int Length)
{
    public void CopyTo(Span<byte> destination)
    {
        var remaining = Length;
        var start = Start;
        for (var chunk = First; remaining > 0; chunk = chunk.Next, start = 0)
        {
            Debug.Assert(chunk is not null);
            var part = Math.Min(chunk.End - start, remaining);
            chunk.Bytes.AsSpan(start, part).CopyTo(destination);
            destination = destination[part..];
            remaining -= part;
        }
    }
}
