namespace Hyper.Core;

/// <summary>What a completed write of a core has survived.</summary>
public enum CoreDurability
{
    /// <summary>A kill of the process: it is in the database's log, handed to the operating system. As in JavaScript.</summary>
    Process,

    /// <summary>A power loss too: the log was synced to the disk. Writes that wait together share one sync.</summary>
    Power,
}
