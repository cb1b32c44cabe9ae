namespace TestKit.Partners;

/// <summary>Where the driver and the package sets lie: in the source tree, so that all builds share one installation.</summary>
public static class PartnerFolder
{
    public static string Root { get; } = Path.Combine(RepositoryFiles.Root, "tests", "Interop.Tests", "partners");

    public static string Driver => Path.Combine(Root, "driver.mjs");

    /// <summary>The folder name of a set, which is also the driver's argument.</summary>
    public static string NameOf(PartnerSet set) =>
        set switch
        {
            PartnerSet.Pinned => "pinned",
            PartnerSet.Newest => "newest",
            PartnerSet.CoresPinned => "cores-pinned",
            PartnerSet.CoresSubnet => "cores-subnet",
            _ => "cores-newest",
        };

    public static string Of(PartnerSet set) => Path.Combine(Root, NameOf(set));
}
