namespace Interop.Tests.Layers;

/// <summary>Whose nodes make up the DHT of a test.</summary>
public enum NetworkOwner
{
    /// <summary>Ours alone.</summary>
    Ours,

    /// <summary>The partner's alone.</summary>
    Theirs,
}
