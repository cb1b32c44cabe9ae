using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>A request that arrived, valid during <see cref="IDhtCommandHandler.OnRequest"/>.</summary>
public readonly ref struct DhtIncomingRequest
{
    /// <summary>Number of the command.</summary>
    public required uint Command { get; init; }

    /// <summary>The requester as we see it.</summary>
    public required UdpAddress From { get; init; }

    /// <summary>The requester's id when it is a persistent node and the id fits its address.</summary>
    public Bytes32? FromId { get; init; }

    /// <summary>Our address as the requester sees it.</summary>
    public required UdpAddress To { get; init; }

    /// <summary>The token it sent, already checked: it was issued by us to this host.</summary>
    public Bytes32? Token { get; init; }

    /// <summary>The key it is about.</summary>
    public Bytes32? Target { get; init; }

    /// <summary>The argument; empty for none.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Answers the request, now or later.</summary>
    public required DhtResponder Responder { get; init; }

    /// <inheritdoc cref="DhtResponder.Reply"/>
    public void Reply(ReadOnlySpan<byte> value, in DhtReplyOptions options = default) =>
        Responder.Reply(value, options);

    /// <inheritdoc cref="DhtResponder.Error"/>
    public void Error(uint code, in DhtReplyOptions options = default) => Responder.Error(code, options);

    /// <inheritdoc cref="DhtResponder.Relay"/>
    public void Relay(ReadOnlySpan<byte> value, in UdpAddress to, IRpcSocket? socket = null) =>
        Responder.Relay(value, to, socket);
}
