namespace Intercom.Cli.Settings;

/// <summary>Settings of the bridge that the JavaScript version does not have.</summary>
internal static partial class SettingCatalog
{
    public static readonly SettingDefinition BridgeOrigins = new(
        "sc-bridge-origins",
        SettingKind.List,
        SettingPlane.Bridge,
        "Web pages that may use the bridge, such as https://example.com (ours)."
    );
    public static readonly SettingDefinition BridgeMaxClients = new(
        "sc-bridge-max-clients",
        SettingKind.Number,
        SettingPlane.Bridge,
        "Most clients at once (ours).",
        "256"
    );
    public static readonly SettingDefinition BridgePing = new(
        "sc-bridge-ping",
        SettingKind.Number,
        SettingPlane.Bridge,
        "Seconds between pings to a client, 0 for none (ours).",
        "30"
    );
    public static readonly SettingDefinition BridgePingTimeout = new(
        "sc-bridge-ping-timeout",
        SettingKind.Number,
        SettingPlane.Bridge,
        "Seconds after which a client that answers no ping is cut off, 0 for never (ours).",
        "60"
    );
    public static readonly SettingDefinition BridgeIdleTimeout = new(
        "sc-bridge-idle-timeout",
        SettingKind.Number,
        SettingPlane.Bridge,
        "Seconds without a request after which a client is closed, 0 for never (ours).",
        "0"
    );
    public static readonly SettingDefinition BridgeTlsCertificate = new(
        "sc-bridge-tls-cert",
        SettingKind.Text,
        SettingPlane.Bridge,
        "Certificate file, PEM or PFX; the bridge then speaks TLS only (ours)."
    );
    public static readonly SettingDefinition BridgeTlsKey = new(
        "sc-bridge-tls-key",
        SettingKind.Text,
        SettingPlane.Bridge,
        "File of its private key in PEM, if not in the certificate file (ours)."
    );
    public static readonly SettingDefinition BridgeTlsPassword = new(
        "sc-bridge-tls-password",
        SettingKind.Text,
        SettingPlane.Bridge,
        "Password of the PFX or key; better given as SC_BRIDGE_TLS_PASSWORD (ours)."
    )
    {
        IsSecret = true,
    };
    public static readonly SettingDefinition BridgeAllowRemote = new(
        "sc-bridge-allow-remote",
        SettingKind.Switch,
        SettingPlane.Bridge,
        "Let the bridge listen where other machines reach it; needs TLS (ours).",
        "0"
    );
    public static readonly SettingDefinition BridgeTrustedKeys = new(
        "sc-bridge-trusted-keys",
        SettingKind.Keys,
        SettingPlane.Bridge,
        "Keys whose messages are told to clients with \"trust\":\"trusted\" (ours)."
    );

    private static SettingDefinition[] OurBridge =>
        [
            BridgeOrigins,
            BridgeMaxClients,
            BridgePing,
            BridgePingTimeout,
            BridgeIdleTimeout,
            BridgeTlsCertificate,
            BridgeTlsKey,
            BridgeTlsPassword,
            BridgeAllowRemote,
            BridgeTrustedKeys,
        ];
}
