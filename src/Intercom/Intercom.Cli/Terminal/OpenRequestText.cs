using Intercom.Sidechannels;

namespace Intercom.Cli.Terminal;

/// <summary>
/// What is said when another peer asks to open a channel. The JavaScript version says it too, with a bridge and when it is
/// quiet as well, in the words that stand at the beginning here.
/// </summary>
internal static class OpenRequestText
{
    /// <summary>Letters of a name that are shown: it is the other peer's choice, up to a whole message.</summary>
    private const int MaxNameChars = 200;

    private const int KeyChars = 8;

    public static string Of(SidechannelOpenRequest request)
    {
        var name = request.Channel.Length > MaxNameChars ? request.Channel[..MaxNameChars] + "…" : request.Channel;
        // A relay's key where it is not known that the sender has said this.
        var key = request.Request is { IsAuthentic: true, From: { } sender }
            ? sender
            : request.Request.RemotePublicKey.ToHex();
        var from = $"{key[..KeyChars]} on {request.Via}";
        return request.Join switch
        {
            null =>
                $"[sidechannel] channel request received: {name} (from {from}; /sc_join or intercom sc join follows it)",
            JoinStatus.Joined => $"[sidechannel] auto-joined channel: {name} (from {from})",
            { } refused => $"[sidechannel] channel request received: {name} (from {from}; not joined: {refused})",
        };
    }
}
