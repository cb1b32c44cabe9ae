using System.Buffers;

namespace Hyper.Udx.Internal;

/// <summary>
/// The buffers of all streams of one node. Belongs to the loop, so taking and giving back is a stack operation without
/// locks. What it keeps is bounded; beyond that, buffers fall to the garbage collector.
/// </summary>
internal sealed class BufferPool
{
    /// <summary>Room of an ordinary chunk: a dozen packets, and little lost on a stream that wrote ten bytes.</summary>
    public const int ChunkBytes = 16 * 1024;

    /// <summary>Room for the payload of one packet that came out of order; no UDX datagram is longer.</summary>
    public const int PacketBytes = 2048;

    private const int MaxKeptChunks = 512;

    // What one stream at most holds beyond a gap: with less, each larger gap would be paid for anew.
    private const int MaxKeptPackets = ReorderBuffer.MaxPackets;

    private readonly Stack<Chunk> _chunks = new();
    private readonly Stack<Chunk> _emptied = new();
    private readonly Stack<byte[]> _packets = new();

    /// <summary>Chunks that are out with a stream; zero again when all streams are gone.</summary>
    public int ChunksInUse { get; private set; }

    /// <summary>Packet buffers that are out with a stream; zero again when all streams are gone.</summary>
    public int PacketsInUse { get; private set; }

    public Chunk RentChunk(int minimumBytes)
    {
        ChunksInUse++;
        if (minimumBytes > ChunkBytes)
            return RentDedicated(minimumBytes);
        return _chunks.TryPop(out var chunk)
            ? chunk
            : new Chunk(GC.AllocateUninitializedArray<byte>(ChunkBytes), isDedicated: false);
    }

    public void Return(Chunk chunk)
    {
        ChunksInUse--;
        chunk.Next = null;
        chunk.Start = chunk.End = 0;
        if (chunk.IsDedicated)
            ReturnDedicated(chunk);
        else if (_chunks.Count < MaxKeptChunks)
            _chunks.Push(chunk);
    }

    /// <summary>Takes back a chunk that somebody may still write to: it is left to the garbage collector.</summary>
    public void Forget(Chunk chunk)
    {
        ChunksInUse--;
        chunk.Next = null;
    }

    public byte[] RentPacket()
    {
        PacketsInUse++;
        return _packets.TryPop(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(PacketBytes);
    }

    public void Return(byte[] packet)
    {
        PacketsInUse--;
        if (_packets.Count < MaxKeptPackets)
            _packets.Push(packet);
    }

    private Chunk RentDedicated(int minimumBytes)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(minimumBytes);
        if (!_emptied.TryPop(out var chunk))
            return new Chunk(bytes, isDedicated: true);
        chunk.Bytes = bytes;
        return chunk;
    }

    private void ReturnDedicated(Chunk chunk)
    {
        ArrayPool<byte>.Shared.Return(chunk.Bytes);
        chunk.Bytes = [];
        if (_emptied.Count < MaxKeptChunks)
            _emptied.Push(chunk);
    }
}
