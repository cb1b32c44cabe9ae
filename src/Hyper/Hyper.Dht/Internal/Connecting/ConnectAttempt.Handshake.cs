using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

internal sealed partial class ConnectAttempt
{
    private const int FindAttempts = 3;

    /// <summary>Finds relays of the peer and sends the handshake through them.</summary>
    /// <exception cref="HyperDhtException">Nobody knows the peer, it did not answer, or it said no.</exception>
    private async Task<HandshakeOutcome> FindHandshakeAsync()
    {
        if (_noise.Message.Length == 0)
            throw Failed(HyperDhtErrorCode.PeerNotFound, "cannot work: this is no public key.");
        var race = new HandshakeRace(AskAsync, Ending);
        var known = FindKnownRelays();
        foreach (var relay in known)
            race.Offer(relay);

        var recordsFound = 0;
        var query = _dht.CreateQuery(
            HyperDhtCommand.FindPeer,
            _target,
            new DhtQueryOptions
            {
                Nodes = known.Length > 0 ? known : null,
                Attempts = FindAttempts,
                OnReply = reply =>
                {
                    if (!HyperDht.TryReadPeer(reply, out var peer) || peer.PublicKey != _publicKey)
                        return;
                    recordsFound++;
                    race.Offer(reply.From);
                },
            }
        );
        _ = CompleteAfterAsync(query, race);
        var outcome = await race.Finished;
        query.Cancel();
        if (outcome is not null)
            return outcome;
        Ending.ThrowIfCancellationRequested();
        throw recordsFound == 0
            ? Failed(
                HyperDhtErrorCode.PeerNotFound,
                "failed: no node of the DHT knows the peer. Check that it is listening, and the key."
            )
            : Failed(
                HyperDhtErrorCode.PeerConnectionFailed,
                $"failed: {recordsFound} nodes know the peer, but it answered through none of them. "
                    + "It is gone, or keeps us out."
            );
    }

    private async Task CompleteAfterAsync(DhtQuery query, HandshakeRace race)
    {
        await query.FinishedAsync(Ending);
        race.Complete();
    }

    /// <summary>Where to ask at once: what the caller knows, what was good last time, or a route that we keep ourselves.</summary>
    private UdpAddress[] FindKnownRelays()
    {
        if (_options.RelayAddresses.Count > 0)
            return [.. _options.RelayAddresses];
        if (_dht.Router.FindRelay(_target) is { } route)
            return [route];
        return _dht.RelayAddresses.Find(_publicKey) ?? [];
    }

    /// <summary>Sends the handshake through one node; null when nothing good comes back.</summary>
    private async Task<HandshakeOutcome?> AskAsync(UdpAddress relay, CancellationToken cancellationToken)
    {
        _askedRelays.Add(relay);
        var value = PeerHandshakeCodec.Encode(
            new PeerHandshake { Mode = RouteMode.FromClient, Noise = _noise.Message }
        );
        var request = new DhtRequest(HyperDhtCommand.PeerHandshake) { Target = _target, Value = value };
        var result = await _dht.Rpc.RequestAsync(request, relay, null, cancellationToken);
        return result.Reply is { } reply && _handshake is null && !_connected.Task.IsCompleted
            ? ReadHandshake(reply)
            : null;
    }

    private HandshakeOutcome? ReadHandshake(DhtReply reply)
    {
        if (reply.Value is not { } value || !PeerHandshakeCodec.TryRead(value.Span, out var message))
            return null;
        if (message.Mode != RouteMode.Reply || message.Noise.IsEmpty)
            return null;
        if (!_noise.TryRead(message.Noise, out var payload, out var session))
            return null;
        var outcome = new HandshakeOutcome
        {
            Payload = payload,
            Session = session!,
            Noise = message.Noise.ToArray(),
            IsRelayed = message.PeerAddress.HasValue,
            RelayAddress = reply.From,
            ServerAddress = message.PeerAddress ?? reply.From,
            ClientAddress = reply.To,
            Socket = (DhtSocket)reply.Socket,
        };
        if (CheckPayload(payload) is not { } refusal)
            return outcome;
        outcome.Session.Dispose();
        throw refusal;
    }

    private HyperDhtException? CheckPayload(NoisePayload payload)
    {
        if (payload.Version != NoisePayload.CurrentVersion)
        {
            return Failed(
                HyperDhtErrorCode.ServerIncompatible,
                $"failed: the peer speaks version {payload.Version} of the handshake."
            );
        }
        if (payload.Error != HandshakeError.None)
            return Failed(
                HyperDhtErrorCode.ServerError,
                $"failed: the peer answered with error {(uint)payload.Error}."
            );
        return payload.Udx is null
            ? Failed(HyperDhtErrorCode.ServerError, "failed: the peer offered no stream.")
            : null;
    }

    private HyperDhtException Failed(string code, string text) => HyperDhtException.ForPeer(code, _publicKey, text);
}
