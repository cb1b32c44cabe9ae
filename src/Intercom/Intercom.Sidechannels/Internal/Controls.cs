namespace Intercom.Sidechannels.Internal;

/// <summary>Values of <c>message.control</c> that mean something to the peer itself.</summary>
internal static class Controls
{
    /// <summary>Shows an invite to a neighbour. Neither delivered nor relayed.</summary>
    public const string Auth = "auth";

    /// <summary>Shows a channel's welcome to a neighbour. Not relayed.</summary>
    public const string Welcome = "welcome";

    /// <summary>Asks others to join a channel.</summary>
    public const string OpenChannel = "open_channel";
}
