using Intercom.Bridge;

namespace Intercom.Cli.Settings;

/// <summary>Turns the settings of the bridge into its options. What is not given keeps the options' own default.</summary>
internal static class BridgeOptionsReader
{
    /// <exception cref="CommandException">The certificate cannot be used.</exception>
    public static BridgeOptions Read(SettingValues values)
    {
        // The token is set by the peer, which keeps it in its store.
        var defaults = new BridgeOptions { Token = "" };
        return defaults with
        {
            Host = values.Text(SettingCatalog.BridgeHost) ?? defaults.Host,
            Port = values.Number(SettingCatalog.BridgePort) ?? defaults.Port,
            Filter = values.Text(SettingCatalog.BridgeFilter) ?? defaults.Filter,
            FilterChannels = PeerOptionsReader.ListOrNull(values, SettingCatalog.BridgeFilterChannel),
            AllowedOrigins = values.List(SettingCatalog.BridgeOrigins),
            MaxClients = Math.Max(1, values.Number(SettingCatalog.BridgeMaxClients) ?? defaults.MaxClients),
            PingInterval = Seconds(values, SettingCatalog.BridgePing) ?? defaults.PingInterval,
            PingTimeout = Seconds(values, SettingCatalog.BridgePingTimeout) ?? defaults.PingTimeout,
            IdleTimeout = Seconds(values, SettingCatalog.BridgeIdleTimeout) ?? defaults.IdleTimeout,
            Certificate = ReadCertificate(values),
            AllowRemote = values.Switch(SettingCatalog.BridgeAllowRemote, defaults.AllowRemote),
            TrustedKeys = values.List(SettingCatalog.BridgeTrustedKeys),
        };
    }

    private static BridgeCertificate? ReadCertificate(SettingValues values)
    {
        var key = values.Text(SettingCatalog.BridgeTlsKey);
        if (values.Text(SettingCatalog.BridgeTlsCertificate) is not { } path)
        {
            return key is null
                ? null
                : throw new CommandException(
                    ExitCode.Usage,
                    "--sc-bridge-tls-key needs --sc-bridge-tls-cert: the certificate that the key belongs to."
                );
        }
        try
        {
            var password = values.Text(SettingCatalog.BridgeTlsPassword);
            return BridgeCertificate.Load(path, key, password, TimeProvider.System.GetUtcNow());
        }
        catch (BridgeException error)
        {
            throw new CommandException(ExitCode.Usage, error.Message);
        }
    }

    /// <summary>Seconds as a time, 0 for one that never comes; null when not given.</summary>
    private static TimeSpan? Seconds(SettingValues values, SettingDefinition setting) =>
        values.Number(setting) switch
        {
            null => null,
            0 => Timeout.InfiniteTimeSpan,
            { } seconds => TimeSpan.FromSeconds(Math.Min(seconds, MaxSeconds)),
        };

    /// <summary>Thirty days; timers take little more.</summary>
    private const int MaxSeconds = 30 * 24 * 60 * 60;
}
