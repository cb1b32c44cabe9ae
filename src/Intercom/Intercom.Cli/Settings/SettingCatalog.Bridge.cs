namespace Intercom.Cli.Settings;

internal static partial class SettingCatalog
{
    public static readonly SettingDefinition BridgeOn = new(
        "sc-bridge",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Open the WebSocket for agents (on with `up`)."
    );
    public static readonly SettingDefinition BridgeHost = new(
        "sc-bridge-host",
        SettingKind.Text,
        SettingPlane.Bridge,
        "Address to listen on (default 127.0.0.1; beyond loopback with TLS and --sc-bridge-allow-remote only)."
    );
    public static readonly SettingDefinition BridgePort = new(
        "sc-bridge-port",
        SettingKind.Port,
        SettingPlane.Bridge,
        "Port to listen on (default 49222; with `up` the next free one if that is taken)."
    );
    public static readonly SettingDefinition BridgeTokenText = new(
        "sc-bridge-token",
        SettingKind.Text,
        SettingPlane.Bridge,
        "What a client must present (made and kept in the store with `up`)."
    );
    public static readonly SettingDefinition BridgeFilter = new(
        "sc-bridge-filter",
        SettingKind.Text,
        SettingPlane.Bridge,
        "Words a message must hold to be passed on: space is and, | is or."
    );
    public static readonly SettingDefinition BridgeFilterChannel = new(
        "sc-bridge-filter-channel",
        SettingKind.List,
        SettingPlane.Bridge,
        "Channels the filter is for (default all)."
    );
    public static readonly SettingDefinition BridgeDebug = new(
        "sc-bridge-debug",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Say what clients do."
    );
    public static readonly SettingDefinition BridgeCli = new(
        "sc-bridge-cli",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Let clients run terminal commands (default 0)."
    )
    {
        IsInBuild = false,
    };

    private static SettingDefinition[] Bridge =>
        [
            BridgeOn,
            BridgeHost,
            BridgePort,
            BridgeTokenText,
            BridgeFilter,
            BridgeFilterChannel,
            BridgeDebug,
            BridgeCli,
            .. OurBridge,
        ];
}
