using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>Theory data: both roles with both sets.</summary>
public static class Roles
{
    public static TheoryData<PartnerSet, Role> Each =>
        new()
        {
            { PartnerSet.Pinned, Role.WeDial },
            { PartnerSet.Pinned, Role.TheyDial },
            { PartnerSet.Newest, Role.WeDial },
            { PartnerSet.Newest, Role.TheyDial },
        };
}
