namespace TestKit.Partners;

/// <summary>How a partner is put into a network namespace.</summary>
public static class PartnerPlace
{
    /// <summary>The network namespace of this process; a partner in a namespace refuses to run in the one it is told.</summary>
    public static string OwnNetwork { get; } =
        new FileInfo("/proc/self/ns/net").LinkTarget ?? throw new IOException("/proc/self/ns/net cannot be read.");

    /// <summary>Starts a partner in a namespace.</summary>
    /// <param name="networkNamespace">The namespace.</param>
    /// <param name="name">What failures call the partner.</param>
    /// <param name="command">The program and its arguments; it is given <see cref="OwnNetwork"/> as the last one.</param>
    public static Task<PartnerProcess> StartAsync(
        string networkNamespace,
        string name,
        params IEnumerable<string> command
    ) =>
        PartnerProcess.StartAsync(
            $"{name} ({networkNamespace})",
            "ip",
            ["netns", "exec", networkNamespace, .. command, OwnNetwork]
        );
}
