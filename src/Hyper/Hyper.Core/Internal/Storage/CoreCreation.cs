namespace Hyper.Core.Internal;

/// <summary>What a new core begins with.</summary>
internal sealed record CoreCreation
{
    public required CoreAuth Auth { get; init; }

    public CoreAlias? Alias { get; init; }

    public IReadOnlyDictionary<string, byte[]> UserData { get; init; } = new Dictionary<string, byte[]>();
}
