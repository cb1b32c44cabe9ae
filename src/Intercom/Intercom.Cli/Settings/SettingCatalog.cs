using System.Globalization;
using Intercom.Node;
using Intercom.Node.Store;

namespace Intercom.Cli.Settings;

/// <summary>
/// Every setting of a peer. Flags, environment names and meanings are those of the JavaScript version (Trac-Systems/intercom
/// 964f578, index.js and SKILL.md), plus a few of ours, marked so.
/// </summary>
internal static partial class SettingCatalog
{
    public static readonly SettingDefinition PeerStoreName = new(
        "peer-store-name",
        SettingKind.Text,
        SettingPlane.Peer,
        "Name of this peer's store (short: --name).",
        PeerStore.DefaultName
    )
    {
        Aliases = ["name"],
    };

    public static readonly SettingDefinition PeerStoresDirectory = new(
        "peer-stores-directory",
        SettingKind.Text,
        SettingPlane.Peer,
        "Folder in which stores lie.",
        PeerStore.DefaultDirectory
    );

    public static readonly SettingDefinition DhtBootstrap = new(
        "peer-dht-bootstrap",
        SettingKind.Addresses,
        SettingPlane.Peer,
        "DHT nodes to start from instead of the public ones."
    )
    {
        Aliases = ["dht-bootstrap"],
        OtherEnvironment = ["DHT_BOOTSTRAP"],
    };

    public static readonly SettingDefinition Local = new(
        "local",
        SettingKind.Switch,
        SettingPlane.Peer,
        "Use the DHT of this machine; the first such peer runs it.",
        "0"
    )
    {
        Environment = "INTERCOM_LOCAL",
    };

    public static readonly SettingDefinition LocalPort = new(
        "local-port",
        SettingKind.FixedPort,
        SettingPlane.Peer,
        "Its UDP port on loopback, the same for all its peers; says --local too.",
        LocalDht.DefaultPort.ToString(CultureInfo.InvariantCulture)
    )
    {
        Environment = "INTERCOM_LOCAL_PORT",
    };

    public static readonly SettingDefinition Terminal = new(
        "terminal",
        SettingKind.Switch,
        SettingPlane.Peer,
        "Take commands from standard input (left out: when that is a terminal)."
    )
    {
        Environment = "INTERCOM_TERMINAL",
    };

    /// <summary>All of them, in the order of the help text.</summary>
    public static SettingDefinition[] All =>
        field ??= [
            PeerStoreName,
            PeerStoresDirectory,
            DhtBootstrap,
            Local,
            LocalPort,
            Terminal,
            .. Sidechannels,
            .. Bridge,
            .. OtherPlanes,
        ];

    private static SettingDefinition[] OtherPlanes =>
        [
            new("subnet-channel", SettingKind.Text, SettingPlane.Subnet, "Channel of the subnet.")
            {
                IsInBuild = false,
            },
            new("subnet-bootstrap", SettingKind.Key, SettingPlane.Subnet, "Writer key of the subnet's admin.")
            {
                IsInBuild = false,
            },
            new("timer", SettingKind.Switch, SettingPlane.Subnet, "Run the timer feature when admin.")
            {
                IsInBuild = false,
                Environment = "INTERCOM_TIMER",
            },
            new("msb-store-name", SettingKind.Text, SettingPlane.Settlement, "Name of the settlement store.")
            {
                IsInBuild = false,
            },
            new("msb-stores-directory", SettingKind.Text, SettingPlane.Settlement, "Folder of settlement stores.")
            {
                IsInBuild = false,
            },
            new(
                "msb-dht-bootstrap",
                SettingKind.Addresses,
                SettingPlane.Settlement,
                "DHT nodes of the settlement network."
            )
            {
                IsInBuild = false,
            },
        ];
}
