namespace Interop.Tests.Harness;

/// <summary>Theory data: every test runs against both sets.</summary>
public static class PartnerSets
{
    public static TheoryData<PartnerSet> Each => [PartnerSet.Pinned, PartnerSet.Newest];

    /// <summary>Every ordered pair, for checks of one partner against another.</summary>
    public static TheoryData<PartnerSet, PartnerSet> Pairs =>
        new()
        {
            { PartnerSet.Pinned, PartnerSet.Pinned },
            { PartnerSet.Pinned, PartnerSet.Newest },
            { PartnerSet.Newest, PartnerSet.Pinned },
            { PartnerSet.Newest, PartnerSet.Newest },
        };
}
