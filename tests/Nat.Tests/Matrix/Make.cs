namespace Nat.Tests.Matrix;

/// <summary>Whose peer it is.</summary>
public enum Make
{
    /// <summary>Ours: <c>Nat.Peer</c>.</summary>
    Ours,

    /// <summary>hyperdht in the version that Intercom resolves.</summary>
    Pinned,

    /// <summary>The newest hyperdht tested.</summary>
    Newest,
}
