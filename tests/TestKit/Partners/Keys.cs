using Hyper.Crypto;

namespace TestKit.Partners;

/// <summary>Key pairs from the seeds that partners use too.</summary>
public static class Keys
{
    public static KeyPair Of(string seed) => KeyPair.FromSeed(Convert.FromHexString(seed));
}
