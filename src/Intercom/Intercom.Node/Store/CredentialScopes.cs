using Intercom.Bridge;

namespace Intercom.Node.Store;

/// <summary>The names of scopes in files, on the command line and in the bridge's refusals.</summary>
public static class CredentialScopes
{
    private static readonly (BridgeScopes Scope, string Name)[] _names =
    [
        (BridgeScopes.Read, "read"),
        (BridgeScopes.Send, "send"),
        (BridgeScopes.Channels, "channels"),
        (BridgeScopes.Inspect, "inspect"),
        (BridgeScopes.Cli, "cli"),
        (BridgeScopes.Invite, "invite"),
        (BridgeScopes.Explain, "explain"),
    ];

    /// <summary>The names of those in <paramref name="scopes"/>, in the order of the values.</summary>
    public static IEnumerable<string> ToNames(BridgeScopes scopes) =>
        _names.Where(known => scopes.HasFlag(known.Scope)).Select(known => known.Name);

    /// <summary>The scope of a name; nothing for a name that is not known, so that it allows nothing.</summary>
    public static BridgeScopes Parse(string name) => Array.Find(_names, known => known.Name == name).Scope;
}
