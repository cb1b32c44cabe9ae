namespace TestKit.Partners;

/// <summary>Which versions of the JavaScript packages a partner runs; each is a folder under <c>partners/</c>.</summary>
public enum PartnerSet
{
    /// <summary>The versions that Intercom resolves.</summary>
    Pinned,

    /// <summary>The newest versions tested.</summary>
    Newest,

    /// <summary>Hypercore, Corestore and Hyperbee as Intercom resolves them.</summary>
    CoresPinned,

    /// <summary>Hypercore and Corestore as a Trac subnet resolves them.</summary>
    CoresSubnet,

    /// <summary>The newest Hypercore, Corestore and Hyperbee tested.</summary>
    CoresNewest,
}
