using System.Diagnostics;

namespace Nat.Tests.Namespaces;

internal static class NatKindExtensions
{
    /// <summary>Whether others see another address than the host's own.</summary>
    public static bool Translates(this NatKind kind) => kind is NatKind.PortKeeping or NatKind.RandomPort;

    /// <summary>The word in the table of results.</summary>
    public static string Name(this NatKind kind) =>
        kind switch
        {
            NatKind.Open => "open",
            NatKind.Firewall => "fw",
            NatKind.PortKeeping => "keep",
            NatKind.RandomPort => "rand",
            _ => throw new UnreachableException(),
        };
}
