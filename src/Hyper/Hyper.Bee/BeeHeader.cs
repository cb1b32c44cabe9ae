namespace Hyper.Bee;

/// <summary>Block 0 of a bee. Source: hyperbee 2.26.5, lib/messages.js, <c>Header</c>.</summary>
public sealed record BeeHeader
{
    /// <summary>What block 0 of every bee says.</summary>
    public const string BeeProtocol = "hyperbee";

    /// <summary>The protocol; something else if the core is no bee.</summary>
    public string Protocol { get; init; } = BeeProtocol;

    /// <summary>Whether the header has the part that holds <see cref="ContentFeed"/> and <see cref="UserData"/>.</summary>
    public bool HasMetadata { get; init; }

    /// <summary>The key of a core that belongs to the bee, by convention.</summary>
    public ReadOnlyMemory<byte>? ContentFeed { get; init; }

    /// <summary>Whatever the writer put there.</summary>
    public ReadOnlyMemory<byte>? UserData { get; init; }
}
