namespace Hyper.Dht;

/// <summary>How a <see cref="DhtConnectStep"/> ended.</summary>
public enum DhtStepOutcome
{
    /// <summary>It is under way.</summary>
    Running,

    /// <summary>It did what it was for.</summary>
    Succeeded,

    /// <summary>It did not.</summary>
    Failed,

    /// <summary>Something else was faster, or the attempt was given up.</summary>
    Overtaken,
}
