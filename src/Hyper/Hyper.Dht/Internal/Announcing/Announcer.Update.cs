using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Announcing;

internal sealed partial class Announcer
{
    private static readonly TimeSpan _unannounceTimeout = TimeSpan.FromMilliseconds(400);

    /// <summary>One cycle: finds the nearest nodes, announces to them, and tells those of before that are no longer used.</summary>
    private async Task UpdateAsync()
    {
        if (IsStopping || _dht.IsDestroyed)
            return;
        // What changes from here on is not in this cycle.
        _isRefreshDue = false;
        var query = _dht.CreateQuery(HyperDhtCommand.FindPeer, Target, new DhtQueryOptions { Nodes = _closestNodes });
        var result = await query.FinishedAsync(_stop);
        if (IsStopping)
            return;

        var nearest = result.ClosestReplies.Take(MaxRelays).ToArray();
        var announced = await Task.WhenAll(nearest.Select(AnnounceAsync));

        var before = Relays;
        var relays = new List<RelayInfo>(MaxRelays);
        for (var i = 0; i < nearest.Length; i++)
        {
            if (announced[i])
                relays.Add(new RelayInfo(nearest[i].From, nearest[i].To));
        }
        if (IsStopping)
        {
            // Those of before and those of now are to be told, also one whose answer was not waited for.
            Relays = [.. before, .. nearest.Select(reply => new RelayInfo(reply.From, reply.To))];
            return;
        }
        Adopt(relays, result.ClosestReplies);
        await UnannounceAsync(
            [
                .. before
                    .Select(relay => relay.RelayAddress)
                    .Where(address => !relays.Exists(relay => relay.RelayAddress == address)),
            ],
            _stop
        );
        Cycles++;
    }

    private Task<bool> AnnounceAsync(DhtReply reply) =>
        _dht.RequestAnnounceAsync(reply, Target, _keyPair, _peer, bump: 0, _stop);

    private void Adopt(List<RelayInfo> relays, IReadOnlyList<DhtReply> closest)
    {
        // A cycle in which nobody answered leaves the old seeds: they are all that is known.
        if (closest.Count > 0)
            _closestNodes = [.. closest.Select(reply => reply.From)];
        Relays = [.. relays];
        var addresses = new List<UdpAddress>(MaxRelays);
        if (_dht.Rpc.RemoteAddress is { } own)
            addresses.Add(own);
        foreach (var relay in relays)
        {
            if (addresses.Count < MaxRelays)
                addresses.Add(relay.RelayAddress);
        }
        RelayAddresses = [.. addresses];
        _generations.Insert(0, [.. relays.Select(relay => relay.RelayAddress)]);
        if (_generations.Count > Generations)
            _generations.RemoveAt(Generations);
        TellIfAddressesChanged();
    }

    /// <summary>Records elsewhere name these addresses: with others they lead nowhere.</summary>
    private void TellIfAddressesChanged()
    {
        if (RelayAddresses.Length == 0)
            return;
        var isChanged = _knownAddresses.Length > 0 && !_knownAddresses.ToHashSet().SetEquals(RelayAddresses);
        _knownAddresses = RelayAddresses;
        if (isChanged)
            OnRelayAddressesChanged?.Invoke();
    }

    private Task UnannounceAsync(UdpAddress[] relays, CancellationToken cancellationToken) =>
        Task.WhenAll(relays.Select(relay => UnannounceAsync(relay, cancellationToken)));

    private async Task UnannounceAsync(UdpAddress relay, CancellationToken cancellationToken)
    {
        var findPeer = new DhtRequest(HyperDhtCommand.FindPeer) { Target = Target };
        var options = new DhtRequestOptions { Attempts = 2, Timeout = _unannounceTimeout };
        var result = await _dht.Rpc.RequestAsync(findPeer, relay, options, cancellationToken);
        // A node that has no record of us any more needs no word.
        if (result.Reply is { Value: { IsEmpty: false } } reply)
        {
            await _dht.RequestUnannounceAsync(relay, reply.FromId, reply.Token, Target, _keyPair, cancellationToken);
        }
    }
}
