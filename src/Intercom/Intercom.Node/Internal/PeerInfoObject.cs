using Hyper.Encoding.Json;
using Trac.Wallet;

namespace Intercom.Node.Internal;

/// <summary>
/// What the bridge's <c>info</c> answers: the members of the JavaScript version in its order, null for planes that are
/// not in this build.
/// </summary>
internal static class PeerInfoObject
{
    public static JsObject Create(PeerParts parts, Wallet wallet)
    {
        var options = parts.Options;
        var bootstrap = options.EffectiveBootstrap;
        return new JsObject
        {
            ["msbBootstrap"] = JsValue.Null,
            ["msbChannel"] = JsValue.Null,
            ["msbStore"] = JsValue.Null,
            ["msbDhtBootstrap"] = JsValue.Null,
            ["peerStore"] = parts.Store.Directory,
            ["peerDhtBootstrap"] =
                bootstrap.Count == 0 ? JsValue.Null : ToArray(bootstrap.Select(node => node.ToString())),
            ["subnetBootstrap"] = JsValue.Null,
            ["subnetChannel"] = JsValue.Null,
            ["peerPubkey"] = wallet.PublicKey.ToHex(),
            ["peerTracAddress"] = wallet.Address.Text,
            ["peerWriterKey"] = JsValue.Null,
            ["sidechannelEntry"] = parts.Sidechannels!.EntryChannel,
            ["sidechannelExtras"] = ToArray(options.Sidechannels.Channels),
        };
    }

    private static JsArray ToArray(IEnumerable<string> texts)
    {
        var array = new JsArray();
        foreach (var text in texts)
            array.Add(text);
        return array;
    }
}
