using Intercom.Node;

namespace Intercom.Cli.Terminal;

/// <summary>What a peer says of itself at start; the lines that the JavaScript version prints too have its words.</summary>
internal static class PeerBanner
{
    private const int NameWidth = 30;

    public static void Show(IntercomPeer peer)
    {
        Row("Peer store:", peer.Store.Directory);
        Row("Peer pubkey (hex):", peer.Wallet.PublicKey.ToHex());
        Row("Peer trac address (bech32m):", peer.Wallet.Address.Text);
        Row("Peer DHT bootstrap nodes:", Bootstrap(peer));
        Row("Sidechannel entry:", peer.Sidechannels.EntryChannel);
        if (peer.Options.Sidechannels.Channels.Count > 0)
            Row("Sidechannel extras:", string.Join(", ", peer.Options.Sidechannels.Channels));
        if (peer.BridgeUrl is { } url)
            Row("SC-Bridge:", url);
        if (peer.BridgeUrl is not null)
            Output.Note(
                $"talk through it with: intercom send, intercom tail (--name {peer.Store.Name})    Ctrl-C stops"
            );
    }

    /// <summary>Values are not wrapped, whatever the width: they are there to be copied.</summary>
    private static void Row(string name, string value)
    {
        Output.Line(Consoles.Results, $"[grey]{name.PadRight(NameWidth)}[/]", endsLine: false);
        Console.Out.WriteLine(TerminalText.OneLine(value));
    }

    private static string Bootstrap(IntercomPeer peer) =>
        peer.Options.LocalDhtPort is { } port
            ? $"{LocalDht.BootstrapAt(port)} ({(peer.RunsLocalDht ? "run by this peer" : "run by another peer")})"
        : peer.Options.DhtBootstrap.Count > 0 ? string.Join(", ", peer.Options.DhtBootstrap)
        : "public";
}
