using Hyper.Loop;
using Intercom.Node;
using Intercom.Node.Store;
using Intercom.Sidechannels;

namespace Intercom.Cli.Settings;

/// <summary>Turns settings into the options of a peer. What is not given keeps the options' own default.</summary>
internal static class PeerOptionsReader
{
    /// <summary>Reads all settings of a peer.</summary>
    /// <param name="values">The settings.</param>
    /// <param name="isUp">Whether the bridge is on unless it is switched off.</param>
    /// <param name="cancellationToken">Gives up looking for host names.</param>
    public static async Task<PeerOptions> ReadAsync(
        SettingValues values,
        bool isUp,
        CancellationToken cancellationToken
    )
    {
        var isBridgeOn = values.Switch(SettingCatalog.BridgeOn, fallback: isUp);
        var token = values.Text(SettingCatalog.BridgeTokenText);
        if (isBridgeOn && !isUp && token is null)
            throw new CommandException(ExitCode.Usage, "SC-Bridge requires --sc-bridge-token (auth is mandatory).");
        var network = await NetworkReader.ReadAsync(values, cancellationToken);
        return network with
        {
            StoresDirectory = values.Text(SettingCatalog.PeerStoresDirectory) ?? PeerStore.DefaultDirectory,
            StoreName = values.Text(SettingCatalog.PeerStoreName) ?? PeerStore.DefaultName,
            Sidechannels = await ReadSidechannelsAsync(values),
            Bridge = isBridgeOn ? BridgeOptionsReader.Read(values) : null,
            BridgeToken = token,
            BridgeRunsCommands = values.Switch(SettingCatalog.BridgeCli, fallback: false),
            BridgeTakesNextPort = isUp && !values.Has(SettingCatalog.BridgePort),
        };
    }

    private static async Task<SidechannelOptions> ReadSidechannelsAsync(SettingValues values)
    {
        var defaults = SidechannelOptions.Default;
        return new SidechannelOptions
        {
            Channels = values.List(SettingCatalog.SidechannelNames),
            MaxMessageBytes = values.Number(SettingCatalog.MaxBytes) ?? defaults.MaxMessageBytes,
            AllowRemoteOpen = values.Switch(SettingCatalog.AllowRemoteOpen, defaults.AllowRemoteOpen),
            AutoJoinOnOpen = values.Switch(SettingCatalog.AutoJoin, defaults.AutoJoinOnOpen),
            ProofOfWork = values.Switch(SettingCatalog.Pow, defaults.ProofOfWork),
            ProofOfWorkDifficulty = values.Number(SettingCatalog.PowDifficulty) ?? defaults.ProofOfWorkDifficulty,
            ProofOfWorkEntryOnly = values.Switch(SettingCatalog.PowEntry, defaults.ProofOfWorkEntryOnly),
            ProofOfWorkChannels = ListOrNull(values, SettingCatalog.PowChannels),
            RateBytesPerSecond = values.Number(SettingCatalog.RateBytes) ?? defaults.RateBytesPerSecond,
            RateBurstBytes = values.Number(SettingCatalog.RateBurst) ?? defaults.RateBurstBytes,
            MaxStrikes = values.Number(SettingCatalog.MaxStrikes) ?? defaults.MaxStrikes,
            InviteRequired = values.Switch(SettingCatalog.InviteRequired, defaults.InviteRequired),
            InviteChannels = ListOrNull(values, SettingCatalog.InviteChannels),
            InvitePrefixes = ListOrNull(values, SettingCatalog.InvitePrefixes),
            InviterKeys = values.List(SettingCatalog.InviterKeys),
            InviteLifetime = values.Number(SettingCatalog.InviteTtl) is { } seconds
                ? TimeSpan.FromSeconds(seconds)
                : defaults.InviteLifetime,
            OwnerWriteOnly = values.Switch(SettingCatalog.OwnerWriteOnly, defaults.OwnerWriteOnly),
            OwnerWriteChannels = ListOrNull(values, SettingCatalog.OwnerWriteChannels),
            OwnerKeys = values.Pairs(SettingCatalog.Owner),
            Welcomes = await WelcomeReader.ReadAsync(values.Pairs(SettingCatalog.Welcome)),
            WelcomeRequired = values.Switch(SettingCatalog.WelcomeRequired, defaults.WelcomeRequired),
            VerifySenders = values.Switch(SettingCatalog.Verify, defaults.VerifySenders),
        };
    }

    internal static IReadOnlyList<string>? ListOrNull(SettingValues values, SettingDefinition setting) =>
        values.Has(setting) ? values.List(setting) : null;
}
