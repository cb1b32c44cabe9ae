namespace StoreWriter;

/// <summary>
/// What a writer does to a core, step by step, the same here and in <c>store-writer.mjs</c>: a step is decided by seed, core,
/// its number and the length of the core, so that whoever looks at the store afterwards can work out every state it may be in.
/// </summary>
public static class WriterScript
{
    /// <summary>Number of cores that are written side by side.</summary>
    public const int Cores = 3;

    private const int MaxBlocks = 6;

    public static string NameOf(int core) => $"core {core}";

    /// <summary>The next step for a core of this length.</summary>
    /// <param name="seed">Of the round.</param>
    /// <param name="core">Which core.</param>
    /// <param name="number">Steps of it before.</param>
    /// <param name="length">Its length now.</param>
    /// <param name="clears">Whether blocks may be cleared.</param>
    public static WriterStep Next(uint seed, int core, int number, int length, bool clears)
    {
        var hash = Mix(seed + ((uint)core * 0x9e3779b1) + ((uint)number * 0x85ebca6b));
        var choice = hash % 10;
        var rest = hash >> 8;
        if (choice == 0 && length > MaxBlocks)
            return new WriterStep(WriterVerb.Truncate, length - (int)(rest % MaxBlocks), 0, hash);
        if (choice == 1 && clears && length > 0)
        {
            var start = (int)(rest % (uint)length);
            return new WriterStep(WriterVerb.Clear, start, Math.Min(length, start + 1 + (int)(hash % 3)), hash);
        }
        return new WriterStep(WriterVerb.Append, 1 + (int)(rest % MaxBlocks), 0, hash);
    }

    /// <summary>A block that an appending step writes; now and then one that RocksDB keeps in a file of its own kind.</summary>
    public static byte[] Block(uint hash, int i)
    {
        var mixed = Mix(hash + (uint)i);
        var block = new byte[mixed % 40 == 0 ? 5000 : mixed % 200];
        block.AsSpan().Fill((byte)(mixed >> 8));
        return block;
    }

    private static uint Mix(uint value)
    {
        value ^= value >> 16;
        value *= 0x85ebca6b;
        value ^= value >> 13;
        value *= 0xc2b2ae35;
        return value ^ (value >> 16);
    }
}
