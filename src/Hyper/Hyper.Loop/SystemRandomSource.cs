using System.Security.Cryptography;

namespace Hyper.Loop;

/// <summary>The operating system's cryptographic randomness.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    /// <summary>The one instance; it has no state.</summary>
    public static SystemRandomSource Instance { get; } = new();

    private SystemRandomSource() { }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    /// <inheritdoc/>
    public int Next(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);

    /// <inheritdoc/>
    public double NextDouble()
    {
        // 53 random bits make every representable multiple of 2^-53 in [0, 1) equally likely.
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return (BitConverter.ToUInt64(bytes) >> 11) * (1.0 / (1UL << 53));
    }
}
