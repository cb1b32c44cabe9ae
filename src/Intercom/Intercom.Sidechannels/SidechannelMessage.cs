using Hyper.Encoding;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels;

/// <summary>
/// A message that passed all gates. Everything in <see cref="Payload"/> was chosen by its sender; only
/// <see cref="Sender"/>, <see cref="IsDirect"/> and <see cref="RemotePublicKey"/> are known. May be read from any thread; nobody changes it.
/// </summary>
public sealed class SidechannelMessage
{
    internal SidechannelMessage(
        string channel,
        JsValue payload,
        SenderCheck sender,
        SenderRole role,
        Bytes32 remotePublicKey,
        bool isDirect
    )
    {
        Channel = channel;
        Payload = payload;
        Sender = sender;
        Role = role;
        RemotePublicKey = remotePublicKey;
        IsDirect = isDirect;
    }

    /// <summary>The channel it came on, which may differ from what the payload says.</summary>
    public string Channel { get; }

    /// <summary>The whole payload as received; usually an object, but any JSON passes.</summary>
    public JsValue Payload { get; }

    /// <summary>What is known of the sender named in <see cref="From"/>.</summary>
    public SenderCheck Sender { get; }

    /// <summary>What the key in <see cref="From"/> is on the channel.</summary>
    public SenderRole Role { get; }

    /// <summary>
    /// Whether the neighbour that brought it is the sender it names. The connection proves the neighbour's key, so such
    /// a message is the sender's also without a signature.
    /// </summary>
    public bool IsDirect { get; }

    /// <summary>Whether the key in <see cref="From"/> is known to have said this, and not only claimed to.</summary>
    public bool IsAuthentic => IsDirect || Sender == SenderCheck.Verified;

    /// <summary>The neighbour that brought it: the sender itself or a relay.</summary>
    public Bytes32 RemotePublicKey { get; }

    /// <summary>Public key of the sender as the payload names it, null if it is missing or no text.</summary>
    public string? From => (Payload as JsObject)?.GetString("from");

    /// <summary>Id as the payload names it, null if it is missing or no text.</summary>
    public string? Id => (Payload as JsObject)?.GetString("id");

    /// <summary>The content; null if the payload has none.</summary>
    public JsValue? Message => (Payload as JsObject)?["message"];
}
