namespace Interop.Tests.Layers;

/// <summary>Who begins.</summary>
public enum Role
{
    /// <summary>We dial, the partner accepts.</summary>
    WeDial,

    /// <summary>The partner dials, we accept.</summary>
    TheyDial,
}
