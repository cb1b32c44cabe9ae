namespace Hyper.Dht.Messages;

internal static class FirewallKinds
{
    /// <summary>JS compares with <c>&gt;= RANDOM</c>, so everything above is read as random.</summary>
    public static FirewallKind FromWire(ulong value) =>
        value >= (ulong)FirewallKind.Random ? FirewallKind.Random : (FirewallKind)value;

    /// <summary>For punching an open node is a consistent one.</summary>
    public static FirewallKind Coerce(this FirewallKind kind) =>
        kind == FirewallKind.Open ? FirewallKind.Consistent : kind;
}
