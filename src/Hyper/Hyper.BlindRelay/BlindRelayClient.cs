using Hyper.BlindRelay.Internal;
using Hyper.Encoding;
using Hyper.Mux;

namespace Hyper.BlindRelay;

/// <summary>
/// The side of a blind relay's channel that wants to meet somebody there.
/// </summary>
/// <remarks>
/// Belongs to the loop of its mux and owns one channel on it, which it opens at once; whoever made the mux closes the
/// stream. Each pairing is settled once: by the relay's answer, by <see cref="Unpair"/>, by its token, or by the end of the
/// channel. Answers to tokens that nobody waits for are ignored.
/// </remarks>
public sealed class BlindRelayClient : IMuxChannelHandler
{
    private readonly Dictionary<Bytes32, Request> _requests = [];
    private readonly MuxChannel? _channel;
    private readonly MuxMessage? _pair;
    private readonly MuxMessage? _unpair;
    private bool _isClosedFromHere;

    /// <summary>Opens the channel.</summary>
    /// <param name="mux">The mux on the connection to the relay.</param>
    /// <param name="publicKey">Our key on that connection: the id of the channel.</param>
    /// <exception cref="BlindRelayException">The mux is closed or has such a channel.</exception>
    public BlindRelayClient(Protomux mux, in Bytes32 publicKey)
    {
        var options = new ChannelOptions
        {
            Protocol = BlindRelayProtocol.Name,
            Id = publicKey.Span.ToArray(),
            Handler = this,
        };
        _channel =
            mux.CreateChannel(options)
            ?? throw new BlindRelayException(
                BlindRelayErrorCode.DuplicateChannel,
                "The connection to the relay is closed, or a relay client uses it already."
            );
        _pair = _channel.AddMessage((_, message) => OnPaired(message));
        _unpair = _channel.AddMessage();
        _channel.Open();
    }

    /// <summary>Pairings that wait for the other end.</summary>
    public int Pending => _requests.Count;

    /// <summary>Whether the channel is closed.</summary>
    public bool IsClosed => _channel!.State == MuxChannelState.Closed;

    /// <summary>
    /// Asks to be joined with whoever comes with the same token.
    /// </summary>
    /// <param name="isInitiator">Whether we named the relay; the other end must say the opposite.</param>
    /// <param name="token">The secret of the two ends.</param>
    /// <param name="streamId">Id of our UDX stream, which the relay will send to.</param>
    /// <param name="cancellationToken">Calls the pairing off. Cancelled on the loop.</param>
    /// <returns>
    /// The id of the relay's stream: connect ours to it, at the address and on the socket of the connection to the relay.
    /// </returns>
    /// <exception cref="BlindRelayException">The channel is closed, or the token is being paired.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public Task<uint> PairAsync(
        bool isInitiator,
        Bytes32 token,
        uint streamId,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsClosed)
            throw Closed();
        var request = new Request(isInitiator);
        if (!_requests.TryAdd(token, request))
            throw new BlindRelayException(BlindRelayErrorCode.AlreadyPairing, "This token is being paired already.");
        _pair!.Send(PairMessageCodec.Encode(new PairMessage(isInitiator, token, streamId)));
        return WaitAsync(token, request, cancellationToken);
    }

    /// <summary>Calls a pairing off, also one that was made: its relay streams go.</summary>
    public void Unpair(in Bytes32 token)
    {
        if (_requests.Remove(token, out var request))
        {
            request.Paired.TrySetException(
                new BlindRelayException(BlindRelayErrorCode.PairingCancelled, "The pairing was called off.")
            );
        }
        if (!IsClosed)
            _unpair!.Send(UnpairMessageCodec.Encode(token));
    }

    /// <summary>Closes the channel; what waits fails.</summary>
    public void Close()
    {
        _isClosedFromHere = true;
        _channel!.Close();
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        foreach (var request in _requests.Values)
            request.Paired.TrySetException(Closed());
        _requests.Clear();
    }

    private async Task<uint> WaitAsync(Bytes32 token, Request request, CancellationToken cancellationToken)
    {
        await using var onCancel = cancellationToken.UnsafeRegister(
            (_, fired) =>
            {
                if (!request.Paired.TrySetCanceled(fired))
                    return;
                _requests.Remove(token);
                if (!IsClosed)
                    _unpair!.Send(UnpairMessageCodec.Encode(token));
            },
            null
        );
        return await request.Paired.Task;
    }

    private void OnPaired(ReadOnlySpan<byte> bytes)
    {
        if (!PairMessageCodec.TryRead(bytes, out var message))
        {
            _channel!.Close();
            return;
        }
        if (!_requests.TryGetValue(message.Token, out var request) || request.IsInitiator != message.IsInitiator)
            return;
        _requests.Remove(message.Token);
        request.Paired.TrySetResult(message.StreamId);
    }

    private BlindRelayException Closed() =>
        _isClosedFromHere
            ? new BlindRelayException(BlindRelayErrorCode.ChannelDestroyed, "The relay client was closed.")
            : new BlindRelayException(
                BlindRelayErrorCode.ChannelClosed,
                "The relay has closed the channel, or is no relay. Name another."
            );

    private sealed class Request(bool isInitiator)
    {
        public bool IsInitiator => isInitiator;

        public TaskCompletionSource<uint> Paired { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
