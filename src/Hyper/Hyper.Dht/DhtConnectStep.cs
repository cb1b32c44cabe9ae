using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>One thing that an attempt to connect tried.</summary>
public sealed record DhtConnectStep
{
    /// <summary>What it tried.</summary>
    public required DhtConnectPhase Phase { get; init; }

    /// <summary>The address it was tried with, where there is one.</summary>
    public UdpAddress? Address { get; init; }

    /// <summary>The key of the relay, where it is one.</summary>
    public Bytes32? Relay { get; init; }

    /// <summary>When it began, counted from the beginning of the attempt.</summary>
    public required TimeSpan Began { get; init; }

    /// <summary>When it ended, or null while it runs.</summary>
    public TimeSpan? Ended { get; internal set; }

    /// <summary>How it ended.</summary>
    public DhtStepOutcome Outcome { get; internal set; }

    /// <summary>One of <see cref="HyperDhtErrorCode"/> when it failed with one.</summary>
    public string? Code { get; internal set; }

    /// <summary>What is to be said about it, for people.</summary>
    public string? Detail { get; internal set; }
}
