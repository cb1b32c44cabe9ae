using Hyper.SecretStream;

namespace Interop.Tests.Ours;

/// <summary>A connection of ours.</summary>
/// <param name="Secret">The secret stream.</param>
/// <param name="Stream">The same, started.</param>
public sealed record OurConnection(NoiseSecretStream Secret, OurMessageStream Stream) : IDisposable
{
    /// <summary>Who is at the other end, in hexadecimal.</summary>
    public string RemotePublicKey => Secret.RemotePublicKey.ToHex();

    public void Dispose() => Stream.Dispose();
}
