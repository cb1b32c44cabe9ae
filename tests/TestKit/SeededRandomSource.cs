using Hyper.Loop;

namespace TestKit;

/// <summary>Reproducible randomness (xoshiro256** through <see cref="System.Random"/> with a seed).</summary>
public sealed class SeededRandomSource(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => _random.NextBytes(destination);

    /// <inheritdoc/>
    public int Next(int exclusiveMax) => _random.Next(exclusiveMax);

    /// <inheritdoc/>
    public double NextDouble() => _random.NextDouble();
}
