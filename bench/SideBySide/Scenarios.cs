using SideBySide.Work;

namespace SideBySide;

/// <summary>Everything that is compared.</summary>
internal static class Scenarios
{
    /// <summary>What is compared with a package set: the cores sets have cores and bees, the others everything else.</summary>
    public static IEnumerable<Scenario> Of(string set, OurWorld world) =>
        set.StartsWith("cores-", StringComparison.Ordinal)
            ? [.. CoreWork.All(world), .. ReplicationWork.All(world)]
            : AllOfNetwork(world);

    private static IEnumerable<Scenario> AllOfNetwork(OurWorld world) =>
        [
            .. UdxWork.All(world),
            .. StreamWork.All(world),
            .. MuxWork.All(world),
            .. DhtWork.All(world),
            .. SwarmWork.All(world),
            .. BridgeWork.All(world),
        ];
}
