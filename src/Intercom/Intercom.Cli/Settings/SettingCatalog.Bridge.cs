namespace Intercom.Cli.Settings;

internal static partial class SettingCatalog
{
    public static readonly SettingDefinition BridgeOn = new(
        "sc-bridge",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Open the WebSocket for agents (on with `up`).",
        "0"
    )
    {
        DefaultWithUp = "1",
    };
    public static readonly SettingDefinition BridgeHost = new(
        "sc-bridge-host",
        SettingKind.Text,
        SettingPlane.Bridge,
        "Address to listen on (beyond loopback with TLS and --sc-bridge-allow-remote only).",
        "127.0.0.1"
    );
    public static readonly SettingDefinition BridgePort = new(
        "sc-bridge-port",
        SettingKind.Port,
        SettingPlane.Bridge,
        "Port to listen on (with `up` the next free one if that is taken).",
        "49222"
    );
    public static readonly SettingDefinition BridgeTokenText = new(
        "sc-bridge-token",
        SettingKind.Text,
        SettingPlane.Bridge,
        "What a client must present (made and kept in the store with `up`)."
    )
    {
        IsSecret = true,
    };
    public static readonly SettingDefinition BridgeFilter = new(
        "sc-bridge-filter",
        SettingKind.Text,
        SettingPlane.Bridge,
        "Words a message must hold to be passed on, as in alpha+beta|gamma: + is and, | is or."
    );
    public static readonly SettingDefinition BridgeFilterChannel = new(
        "sc-bridge-filter-channel",
        SettingKind.List,
        SettingPlane.Bridge,
        "Channels the filter is for, instead of all."
    );
    public static readonly SettingDefinition BridgeDebug = new(
        "sc-bridge-debug",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Say what clients do.",
        "0"
    );
    public static readonly SettingDefinition BridgeCli = new(
        "sc-bridge-cli",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Let clients run terminal commands: whoever has the token is then at the keyboard.",
        "0"
    );

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
