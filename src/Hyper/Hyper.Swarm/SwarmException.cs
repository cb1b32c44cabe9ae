namespace Hyper.Swarm;

/// <summary>Why a swarm closed a connection or refused a call.</summary>
public sealed class SwarmException : Exception
{
    /// <summary>Another connection with the same peer took this one's place.</summary>
    public const string Duplicate = "DUPLICATE_CONNECTION";

    /// <summary>The swarm is closed.</summary>
    public const string Destroyed = "SWARM_DESTROYED";

    /// <summary>As many peers hold connections to us as may.</summary>
    public const string TooManyConnections = "TOO_MANY_CONNECTIONS";

    /// <summary>The peer was banned while it was connected.</summary>
    public const string Banned = "PEER_BANNED";

    internal SwarmException(string code, string message)
        : base(message) => Code = code;

    /// <summary>A stable code, one of the constants of this type.</summary>
    public string Code { get; }
}
