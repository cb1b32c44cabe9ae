using Xunit;

namespace TestKit.Partners;

/// <summary>What a machine must have for a test.</summary>
public static class Prerequisite
{
    /// <summary>Skips the test with the reason, or fails it where the environment says <c>CI=true</c>.</summary>
    /// <param name="missing">What is missing and why it is needed, or null if nothing is.</param>
    /// <exception cref="PartnerException">Something is missing in CI.</exception>
    public static void Require(string? missing)
    {
        if (missing is null)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            throw new PartnerException(missing);
        Assert.Skip(missing);
    }
}
