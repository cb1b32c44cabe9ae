using Nat.Tests.Namespaces;
using TestKit.Partners;

namespace Nat.Tests.Matrix;

internal static class MakeExtensions
{
    private static readonly string _program = Path.Combine(AppContext.BaseDirectory, "Nat.Peer");

    /// <summary>Starts a process with a peer of this make in a namespace.</summary>
    public static Task<PartnerProcess> StartAsync(this Make make, NodePartners partners, NetworkNamespace place) =>
        make switch
        {
            Make.Pinned => partners.StartAsync(PartnerSet.Pinned, place.Name),
            Make.Newest => partners.StartAsync(PartnerSet.Newest, place.Name),
            _ => PartnerPlace.StartAsync(place.Name, "ours", _program),
        };

    /// <summary>The word in the table of results.</summary>
    public static string Name(this Make make) => make.ToString().ToLowerInvariant();
}
