using Hyper.Loop;
using Intercom.Node;

namespace Intercom.Cli.Settings;

/// <summary>Which DHT the settings name: that of this machine, one of given nodes, or the public one.</summary>
internal static class NetworkReader
{
    /// <summary>The settings it reads.</summary>
    public static SettingDefinition[] Settings { get; } =
    [SettingCatalog.DhtBootstrap, SettingCatalog.Local, SettingCatalog.LocalPort];

    /// <summary>Options of a peer that say its network, and nothing else.</summary>
    /// <exception cref="CommandException">The settings exclude each other, or a host name is not found.</exception>
    public static async Task<PeerOptions> ReadAsync(SettingValues values, CancellationToken cancellationToken)
    {
        var port = ReadLocalDhtPort(values);
        return new PeerOptions
        {
            LocalDhtPort = port,
            DhtBootstrap = port is null ? await ReadBootstrapAsync(values, cancellationToken) : [],
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
}
