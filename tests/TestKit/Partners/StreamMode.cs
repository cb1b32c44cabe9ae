namespace TestKit.Partners;

/// <summary>What a partner's stream does with what it receives.</summary>
public enum StreamMode
{
    /// <summary>Counts and hashes it.</summary>
    Hash,

    /// <summary>Writes it back, and ends when the other side does.</summary>
    Echo,

    /// <summary>Tells of every message as a <c>data</c> event.</summary>
    Data,

    /// <summary>Leaves it to a layer above, such as Protomux.</summary>
    None,
}
