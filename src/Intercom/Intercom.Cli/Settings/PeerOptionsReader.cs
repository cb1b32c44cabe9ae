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
        var localDhtPort = ReadLocalDhtPort(values);
        var bootstrap = localDhtPort is null ? await ReadBootstrapAsync(values, cancellationToken) : [];
        return new PeerOptions
        {
            StoresDirectory = values.Text(SettingCatalog.PeerStoresDirectory) ?? PeerStore.DefaultDirectory,
            StoreName = values.Text(SettingCatalog.PeerStoreName) ?? PeerStore.DefaultName,
            DhtBootstrap = bootstrap,
            LocalDhtPort = localDhtPort,
            Sidechannels = await ReadSidechannelsAsync(values),
            Bridge = isBridgeOn ? BridgeOptionsReader.Read(values) : null,
            BridgeToken = token,
            BridgeRunsCommands = values.Switch(SettingCatalog.BridgeCli, fallback: false),
            BridgeTakesNextPort = isUp && !values.Has(SettingCatalog.BridgePort),
        };
    }

    /// <summary>Where the DHT of this machine is, if it is to be used: unless other nodes are named in a place before.</summary>
    private static ushort? ReadLocalDhtPort(SettingValues values)
    {
        var (ofSwitch, ofPort) = (values.SourceOf(SettingCatalog.Local), values.SourceOf(SettingCatalog.LocalPort));
        var isSaidByPort = ofPort.Source > ofSwitch.Source;
        if (!isSaidByPort && !values.Switch(SettingCatalog.Local, fallback: false))
            return null;
        var port = (ushort)(values.Number(SettingCatalog.LocalPort) ?? LocalDht.DefaultPort);
        var (nodes, own) = (values.SourceOf(SettingCatalog.DhtBootstrap), isSaidByPort ? ofPort : ofSwitch);
        if (values.Has(SettingCatalog.DhtBootstrap) && nodes.Source == own.Source)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"{own.GivenAs} and {nodes.GivenAs} exclude each other: --local is the DHT at {LocalDht.BootstrapAt(port)}."
            );
        }
        return nodes.Source > own.Source ? null : port;
    }

    private static async Task<IReadOnlyList<UdpAddress>> ReadBootstrapAsync(
        SettingValues values,
        CancellationToken cancellationToken
    )
    {
        List<UdpAddress> nodes = [];
        foreach (var text in values.List(SettingCatalog.DhtBootstrap))
            nodes.Add(await HostAndPort.ResolveAsync(text, cancellationToken));
        return nodes;
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
