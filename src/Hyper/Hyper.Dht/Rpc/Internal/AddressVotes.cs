using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Our own address by the votes of others: the last sixteen hosts that have told how they see us, each with one vote,
/// its newest. So nobody weighs more by talking more, and a change of our address shows as soon as those who saw the old
/// one are heard again. A vote much older than the newest does not count beside it. The verdict on the votes is that of a
/// <see cref="NatSampler"/>. Belongs to one <see cref="DhtRpcNode"/>; time is counted in its ticks.
/// </summary>
internal sealed class AddressVotes
{
    /// <summary>Votes after which more would say little new.</summary>
    public const int Enough = 4;

    private const int MaxVotes = 16;

    /// <summary>An hour: nodes of the table are asked several times in it.</summary>
    private const int MaxAgeTicks = 720;

    private readonly List<Vote> _votes = new(MaxVotes);
    private NatSampler _verdict = new();

    /// <inheritdoc cref="NatSampler.Address"/>
    public UdpAddress Address => _verdict.Address;

    /// <inheritdoc cref="NatSampler.HasHost"/>
    public bool HasHost => _verdict.HasHost;

    /// <inheritdoc cref="NatSampler.HasFixedPort"/>
    public bool HasFixedPort => _verdict.HasFixedPort;

    public int Count => _votes.Count;

    /// <summary>Those who have voted, the one heard longest ago first.</summary>
    public IEnumerable<UdpAddress> Voters => _votes.Select(vote => vote.From);

    public bool HasVoted(in UdpAddress host) => IndexOf(host) >= 0;

    /// <summary>Takes a vote, or the newer one of a host that has voted. True when a host says other than it did before.</summary>
    public bool Add(in UdpAddress from, in UdpAddress seen, long tick)
    {
        var at = IndexOf(from);
        var before = at < 0 ? default : _votes[at].Seen;
        if (at >= 0)
            _votes.RemoveAt(at);
        else if (_votes.Count == MaxVotes)
            _votes.RemoveAt(0);
        _votes.Add(new Vote(from, seen, tick));
        var expired = _votes.RemoveAll(vote => tick - vote.Tick > MaxAgeTicks);
        // A vote repeated alters nothing but its age.
        if (at >= 0 && before == seen && expired == 0)
            return false;
        _verdict = new NatSampler();
        foreach (var vote in _votes)
            _verdict.Add(vote.Seen);
        return at >= 0 && before != seen;
    }

    private int IndexOf(in UdpAddress host)
    {
        for (var i = 0; i < _votes.Count; i++)
        {
            if (_votes[i].From.HasSameHost(host))
                return i;
        }
        return -1;
    }

    private readonly record struct Vote(UdpAddress From, UdpAddress Seen, long Tick);
}
