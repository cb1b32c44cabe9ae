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

        var search = _report.Begin(DhtConnectPhase.Search);
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
                    _report.RecordsFound++;
                    race.Offer(reply.From);
                },
            }
        );
        _ = CompleteAfterAsync(query, race);
        var outcome = await race.Finished;
        query.Cancel();
        _report.End(search, _report.RecordsFound > 0 ? DhtStepOutcome.Succeeded : DhtStepOutcome.Failed);
        if (outcome is not null)
            return outcome;
        Ending.ThrowIfCancellationRequested();
        throw _report.RecordsFound == 0
            ? Failed(
                HyperDhtErrorCode.PeerNotFound,
                "failed: no node of the DHT knows the peer. Check that it is listening, and the key."
            )
            : Failed(
                HyperDhtErrorCode.PeerConnectionFailed,
                $"failed: {_report.RecordsFound} nodes know the peer, but it answered through none of them. "
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
        var step = _report.Begin(DhtConnectPhase.Handshake, relay);
        var result = await _dht.Rpc.RequestAsync(request, relay, null, cancellationToken);
        if (_handshake is not null || _connected.Task.IsCompleted)
        {
            _report.End(step, DhtStepOutcome.Overtaken);
            return null;
        }
        var outcome = result.Reply is { } reply ? ReadHandshake(reply) : null;
        _report.End(step, outcome is null ? DhtStepOutcome.Failed : DhtStepOutcome.Succeeded, null, result.Code);
        return outcome;
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
}
