namespace Intercom.Bridge;

/// <summary>What a <see cref="BridgeCredential"/> lets its holder do. <c>ping</c> and filters need none of these.</summary>
[Flags]
public enum BridgeScopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Events of channels, and <c>subscribe</c>.</summary>
    Read = 1,

    /// <summary><c>send</c>.</summary>
    Send = 2,

    /// <summary><c>join</c>, <c>leave</c> and <c>open</c>, of any channel.</summary>
    Channels = 4,

    /// <summary><c>stats</c>, <c>info</c>, <c>peers</c>, and who the peer is.</summary>
    Inspect = 8,

    /// <summary><c>cli</c>, where the bridge has it.</summary>
    Cli = 16,

    /// <summary><c>invite</c> and <c>welcome</c>: signing in the peer's name whom a channel lets in.</summary>
    Invite = 32,

    /// <summary><c>why</c>: what keeps messages of any channel from passing, with the keys of the peers it is about.</summary>
    Explain = 64,
}
