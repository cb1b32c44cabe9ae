using Hyper.Encoding;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels;

/// <summary>
/// A message that passed all gates. Everything in <see cref="Payload"/> was chosen by its sender; only
/// <see cref="Sender"/> and <see cref="RemotePublicKey"/> are known. May be read from any thread; nobody changes it.
/// </summary>
public sealed class SidechannelMessage
{
    internal SidechannelMessage(string channel, JsValue payload, SenderCheck sender, Bytes32 remotePublicKey)
    {
        Channel = channel;
        Payload = payload;
        Sender = sender;
        RemotePublicKey = remotePublicKey;
    }

    /// <summary>The channel it came on, which may differ from what the payload says.</summary>
    public string Channel { get; }

    /// <summary>The whole payload as received; usually an object, but any JSON passes.</summary>
    public JsValue Payload { get; }

    /// <summary>What is known of the sender named in <see cref="From"/>.</summary>
    public SenderCheck Sender { get; }

    /// <summary>The neighbour that brought it: the sender itself or a relay.</summary>
    public Bytes32 RemotePublicKey { get; }

    /// <summary>Public key of the sender as the payload names it, null if it is missing or no text.</summary>
    public string? From => (Payload as JsObject)?.GetString("from");

    /// <summary>Id as the payload names it, null if it is missing or no text.</summary>
    public string? Id => (Payload as JsObject)?.GetString("id");

    /// <summary>The content; null if the payload has none.</summary>
    public JsValue? Message => (Payload as JsObject)?["message"];
}
