using Intercom.Node;
using Spectre.Console;

namespace Intercom.Cli.Terminal;

/// <summary>What a peer says of itself at start; the lines that the JavaScript version prints too have its words.</summary>
internal static class PeerBanner
{
    public static void Show(IntercomPeer peer)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn());
        void Row(string name, string value) => grid.AddRow($"[grey]{Markup.Escape(name)}[/]", Markup.Escape(value));

        Row("Peer store:", peer.Store.Directory);
        Row("Peer pubkey (hex):", peer.Wallet.PublicKey.ToHex());
        Row("Peer trac address (bech32m):", peer.Wallet.Address.Text);
        Row("Peer DHT bootstrap nodes:", Bootstrap(peer));
        Row("Sidechannel entry:", peer.Sidechannels.EntryChannel);
        if (peer.Options.Sidechannels.Channels.Count > 0)
            Row("Sidechannel extras:", string.Join(", ", peer.Options.Sidechannels.Channels));
        if (peer.BridgeUrl is { } url)
            Row("SC-Bridge:", url);
        Consoles.Results.Write(grid);
        if (peer.BridgeUrl is not null)
            Output.Note(
                $"talk through it with: intercom send, intercom tail (--name {peer.Store.Name})    Ctrl-C stops"
            );
    }

    private static string Bootstrap(IntercomPeer peer) =>
        peer.Options.LocalDhtPort is { } port
            ? $"{LocalDht.BootstrapAt(port)} ({(peer.RunsLocalDht ? "run by this peer" : "run by another peer")})"
        : peer.Options.DhtBootstrap.Count > 0 ? string.Join(", ", peer.Options.DhtBootstrap)
        : "public";
}
