using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Gates;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// The order in which a message is judged: blocked, invite, proof of work, rate; then, with its signatures checked,
/// owner-only, duplicate, welcome; then a request to open a channel, or delivery; then relay. It is the order of the
/// JavaScript version, which the recorded decisions show. Runs on the loop.
/// </summary>
internal sealed class InboundPipeline
{
    private readonly SidechannelState _state;
    private readonly IInboundSink _sink;
    private readonly OwnerOnlyGate _ownerOnly;
    private readonly IInboundGate[] _gatesBeforeEvidence;
    private readonly IInboundGate[] _gatesAfterEvidence;

    public InboundPipeline(SidechannelState state, IInboundSink sink)
    {
        _state = state;
        _sink = sink;
        _ownerOnly = new OwnerOnlyGate(state);
        _gatesBeforeEvidence = [new BlockedGate(state), new InviteGate(state), new ProofGate(), new RateGate(state)];
        _gatesAfterEvidence = [_ownerOnly, new DuplicateGate(state), new WelcomeGate(state)];
    }

    /// <summary>First half of the gates. False when the message is dropped.</summary>
    public bool Admit(InboundFrame frame) => Pass(frame, _gatesBeforeEvidence);

    /// <summary>The rest: the message is dropped, handled, delivered, relayed.</summary>
    public void Complete(InboundFrame frame)
    {
        if (!Pass(frame, _gatesAfterEvidence) || !Handle(frame))
            return;
        if (!frame.IsAuth && !frame.IsWelcome && _sink.HasOthers(frame) && ToRelayed(frame) is { } relayed)
            _sink.Relay(frame, relayed);
    }

    private bool Pass(InboundFrame frame, IInboundGate[] gates)
    {
        foreach (var gate in gates)
        {
            var reason = gate.Check(frame);
            if (reason == DropReason.None)
                continue;
            _sink.Drop(frame.Link, reason);
            return false;
        }
        return true;
    }

    /// <summary>False when the message ends here.</summary>
    private bool Handle(InboundFrame frame)
    {
        if (frame.OpenTarget is { } target && _state.Options.AllowRemoteOpen)
            return target.Length == 0 || OpenChannel(frame, target);
        if (frame.IsAuth)
            return false;
        if (CarriesForeignText(frame))
        {
            _sink.Drop(frame.Link, DropReason.OwnerOnly);
            return false;
        }
        _sink.Deliver(frame);
        return true;
    }

    private bool OpenChannel(InboundFrame frame, string target)
    {
        if (frame.IsOpenWelcomeValid)
            _state.Welcomes.Remember(target, _state.Now, frame.OpenWelcome);
        else if (frame.OpenWelcome is not null)
            return Refuse(frame, DropReason.OpenInvalidWelcome);
        else if (_state.Policy.NeedsWelcome(target))
            return Refuse(frame, DropReason.OpenMissingWelcome);
        if (_state.Policy.NeedsInvite(target))
        {
            if (frame.OpenInvite is not { } invite || invite.ExpiresAt <= _state.Invites.Now)
                return Refuse(frame, DropReason.OpenInvite);
            _state.Invites.Remember(target, frame.Peer.KeyHex, invite.ExpiresAt);
        }
        _sink.OpenRequested(frame, target);
        return true;
    }

    private bool Refuse(InboundFrame frame, DropReason reason)
    {
        _sink.Drop(frame.Link, reason);
        return false;
    }

    /// <summary>
    /// Anybody may carry the owner's welcome to an owner-only channel, but nothing of their own beside it.
    /// </summary>
    private bool CarriesForeignText(InboundFrame frame) =>
        frame.IsWelcome
        && _state.Policy.IsOwnerWriteOnly(frame.Channel.Name)
        && !_ownerOnly.IsByOwner(frame)
        && JsConvert.Get(frame.Payload, "message") is JsObject { Count: > 2 };

    /// <summary>The payload as it is passed on, null when its way ends here.</summary>
    private JsObject? ToRelayed(InboundFrame frame)
    {
        if (!_state.Options.Relay || frame.Payload is not JsObject payload)
            return null;
        if (payload["ttl"] is not JsNumber { Value: > 0 } ttl || double.IsInfinity(ttl.Value))
            return null;
        var relayed = new JsObject();
        foreach (var (key, value) in payload)
            relayed[key] = value;
        relayed["ttl"] = Math.Min(ttl.Value, _state.Options.MaxRelayTtl) - 1;
        relayed["relayedBy"] = _state.Policy.OwnKey;
        return relayed;
    }
}
