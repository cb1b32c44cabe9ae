using Nat.Tests.Namespaces;

namespace Nat.Tests.Matrix;

/// <summary>Who dials whom, from behind what: a cell of the table.</summary>
public sealed record NatCell(
    Make Dialler,
    NatKind DiallerNat,
    Make Server,
    NatKind ServerNat,
    bool HasRelay = false,
    bool IsOneNetwork = false
)
{
    /// <summary>Each sends to the other's own address.</summary>
    public const string Direct = "direct";

    /// <summary>Each sends to the other's address in the network that both are in.</summary>
    public const string Local = "local";

    /// <summary>Both send to the relay.</summary>
    public const string Relayed = "relayed";

    /// <summary>It closed without an error code.</summary>
    public const string NoReason = "closed";

    private const string DoubleRandom = "HOLEPUNCH_DOUBLE_RANDOMIZED_NATS";

    // hyperdht ends its puncher before it gives the reason, and the end of the puncher is what the application is told.
    private const string Aborted = "HOLEPUNCH_ABORTED";

    private static readonly NatKind[] _kinds = Enum.GetValues<NatKind>();

    /// <summary>The columns of the table: who dials whom.</summary>
    public static IReadOnlyList<(Make Dialler, Make Server)> Columns { get; } =
    [
        (Make.Ours, Make.Ours),
        (Make.Ours, Make.Pinned),
        (Make.Pinned, Make.Ours),
        (Make.Ours, Make.Newest),
        (Make.Newest, Make.Ours),
        // What the laboratory itself is measured by.
        (Make.Pinned, Make.Pinned),
        (Make.Newest, Make.Newest),
    ];

    /// <summary>
    /// The rows of the table: from behind what to behind what, whether there is a relay, and whether both are behind the same one.
    /// </summary>
    public static IReadOnlyList<(NatKind Dialler, NatKind Server, bool HasRelay, bool IsOneNetwork)> Rows { get; } =
    [
        .. from dialler in _kinds from server in _kinds select (dialler, server, false, false),
        (NatKind.RandomPort, NatKind.RandomPort, true, false),
        (NatKind.PortKeeping, NatKind.PortKeeping, false, true),
        (NatKind.RandomPort, NatKind.RandomPort, false, true),
    ];

    /// <summary>All cells, row by row.</summary>
    public static IReadOnlyList<NatCell> All { get; } =
    [
        .. from row in Rows
        from column in Columns
        select new NatCell(column.Dialler, row.Dialler, column.Server, row.Server, row.HasRelay, row.IsOneNetwork),
    ];

    /// <summary>What every change is tested with.</summary>
    public static IReadOnlyList<NatCell> OfEveryChange { get; } =
    [
        new(Make.Ours, NatKind.PortKeeping, Make.Ours, NatKind.PortKeeping),
        new(Make.Ours, NatKind.RandomPort, Make.Ours, NatKind.RandomPort),
        new(Make.Ours, NatKind.RandomPort, Make.Ours, NatKind.RandomPort, HasRelay: true),
        new(Make.Ours, NatKind.Firewall, Make.Pinned, NatKind.PortKeeping),
        new(Make.Ours, NatKind.RandomPort, Make.Newest, NatKind.PortKeeping),
        new(Make.Pinned, NatKind.PortKeeping, Make.Ours, NatKind.Firewall),
        new(Make.Newest, NatKind.PortKeeping, Make.Ours, NatKind.RandomPort),
        new(Make.Ours, NatKind.PortKeeping, Make.Ours, NatKind.PortKeeping, IsOneNetwork: true),
        new(Make.Ours, NatKind.RandomPort, Make.Pinned, NatKind.RandomPort, IsOneNetwork: true),
        new(Make.Newest, NatKind.PortKeeping, Make.Ours, NatKind.PortKeeping, IsOneNetwork: true),
    ];

    /// <summary>Whose nodes make up the DHT: the JavaScript peer's, where there is one.</summary>
    public Make Servers => Dialler == Make.Ours ? Server : Dialler;

    /// <summary>What must come of it.</summary>
    public string Expected =>
        (DiallerNat, ServerNat, HasRelay) switch
        {
            _ when IsOneNetwork => Local,
            (NatKind.RandomPort, NatKind.RandomPort, true) => Relayed,
            (NatKind.RandomPort, NatKind.RandomPort, false) => Dialler == Make.Ours ? DoubleRandom : Aborted,
            _ => Direct,
        };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Dialler.Name()} {DiallerNat.Name()} to {Server.Name()} {ServerNat.Name()}{(HasRelay ? ", relay" : "")}{(IsOneNetwork ? ", one network" : "")}";
}
