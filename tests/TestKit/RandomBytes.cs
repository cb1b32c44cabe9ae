namespace TestKit;

/// <summary>Inputs for decoders: pure noise, or good examples that were changed and cut.</summary>
public sealed class RandomBytes(Random random, IReadOnlyList<byte[]> examples, int maxNoiseBytes = 300)
{
    private const int MaxEdits = 6;

    /// <summary>The next input. One in four is noise, one in four of the others is cut short.</summary>
    public byte[] Next()
    {
        if (examples.Count == 0 || random.Next(4) == 0)
        {
            var noise = new byte[random.Next(maxNoiseBytes)];
            random.NextBytes(noise);
            return noise;
        }
        byte[] bytes = [.. examples[random.Next(examples.Count)]];
        for (var edits = random.Next(MaxEdits); edits > 0 && bytes.Length > 0; edits--)
        {
            // Lengths and flags are small numbers, and extremes are where they go wrong.
            bytes[random.Next(bytes.Length)] = random.Next(4) switch
            {
                0 => (byte)random.Next(8),
                1 => (byte)(0xff - random.Next(4)),
                _ => (byte)random.Next(256),
            };
        }
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }
}
