namespace Interop.Tests.Harness;

/// <summary>Where the driver and the package sets lie: in the source tree, so that all builds share one installation.</summary>
internal static class PartnerFolder
{
    public static string Root { get; } = Find();

    public static string Driver => Path.Combine(Root, "driver.mjs");

    /// <summary>The folder name of a set, which is also the driver's argument.</summary>
    public static string NameOf(PartnerSet set) => set == PartnerSet.Pinned ? "pinned" : "newest";

    public static string Of(PartnerSet set) => Path.Combine(Root, NameOf(set));

    private static string Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "intercom.slnx")))
                return Path.Combine(at.FullName, "tests", "Interop.Tests", "partners");
        }
        throw new DirectoryNotFoundException(
            $"No intercom.slnx above {AppContext.BaseDirectory}: the interop tests run from within the repository."
        );
    }
}
