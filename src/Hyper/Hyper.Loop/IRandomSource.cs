namespace Hyper.Loop;

/// <summary>Randomness that comes from outside, so that a simulation can be replayed from its seed.</summary>
public interface IRandomSource
{
    /// <summary>Fills <paramref name="destination"/>; the bytes are fit for keys unless the source is a seeded one.</summary>
    void Fill(Span<byte> destination);

    /// <summary>A uniform number in [0, <paramref name="exclusiveMax"/>).</summary>
    int Next(int exclusiveMax);

    /// <summary>A uniform number in [0, 1).</summary>
    double NextDouble();
}
