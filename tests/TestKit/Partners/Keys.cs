using Hyper.Crypto;

namespace Interop.Tests.Ours;

/// <summary>Key pairs from the seeds that partners use too.</summary>
internal static class Keys
{
    public static KeyPair Of(string seed) => KeyPair.FromSeed(Convert.FromHexString(seed));
}
