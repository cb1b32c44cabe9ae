namespace Hyper.Swarm;

/// <summary>Who is dialled first. Source: hyperswarm 4.17.2, lib/peer-info.js.</summary>
public enum PeerPriority
{
    /// <summary>Failed too often; not dialled until it is found again.</summary>
    VeryLow,

    /// <summary>Failed three times.</summary>
    Low,

    /// <summary>Not tried yet.</summary>
    Normal,

    /// <summary>Failed or lost twice.</summary>
    High,

    /// <summary>Failed or lost once: most likely back at once.</summary>
    VeryHigh,
}
