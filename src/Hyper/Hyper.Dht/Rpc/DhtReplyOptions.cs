using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>How a reply differs from the usual one, which goes back to the requester with a token and closer nodes.</summary>
public readonly record struct DhtReplyOptions
{
    /// <summary>Neither token nor closer nodes.</summary>
    public static DhtReplyOptions Bare { get; } = new() { WithoutToken = true, WithoutCloserNodes = true };

    /// <summary>Another destination than the requester: the one for whom a request was relayed.</summary>
    public UdpAddress? To { get; init; }

    /// <summary>Another socket than the one that received the request.</summary>
    public IRpcSocket? Socket { get; init; }

    /// <summary>Leave the token out.</summary>
    public bool WithoutToken { get; init; }

    /// <summary>Leave the closer nodes out.</summary>
    public bool WithoutCloserNodes { get; init; }
}
