using SideBySide.Work;

namespace SideBySide;

/// <summary>Everything that is compared.</summary>
internal static class Scenarios
{
    public static IEnumerable<Scenario> All(OurWorld world) =>
        [
            .. UdxWork.All(world),
            .. StreamWork.All(world),
            .. MuxWork.All(world),
            .. DhtWork.All(world),
            .. SwarmWork.All(world),
        ];
}
