using System.Net;
using Hyper.Dht.Internal;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    private const int FirewallCheckNodes = 5;
    private const int FirewallCheckPongs = 3;

    /// <summary>Nodes asked how they see us at a time.</summary>
    private const int MaxAskedForVotes = 8;

    /// <summary>Ticks between two askings or checks that others can bring about: a minute.</summary>
    private const int DoubtTicks = 12;

    private readonly bool _isAdaptive;
    private readonly HashSet<UdpAddress> _strangersSampled = [];
    private AddressVotes _nat = new();
    private long _doubtedAt = -DoubtTicks;
    private long _askedAgainAt = -DoubtTicks;

    /// <summary>Where the server socket was last found to be open.</summary>
    private UdpAddress _openAddress;

    private bool _isAskingForVotes;

    /// <summary>The host for which persistence was tried last; the same network is not tried again soon.</summary>
    private UdpAddress? _checkedNat;

    private int _stableTicks;
    private bool _isUpdatingNetworkState;

    /// <summary>On loopback others see us as we see ourselves, so the first node of a local network needs no one to tell it.</summary>
    private void AssumeLoopbackAddress()
    {
        if (
            _options is { Ephemeral: false, Firewalled: false }
            && IPAddress.IsLoopback(_options.Host)
            && ServerSocket is { } server
        )
        {
            AddNatSample(server.LocalAddress, server.LocalAddress);
        }
        if (_options is { Ephemeral: false, Firewalled: false } && _nat.HasFixedPort)
            BecomePersistent(_nat.Address);
    }

    /// <summary>Forgets what others have told about our address, and what followed from it.</summary>
    private void ForgetNetwork()
    {
        _stableTicks = TicksOf(_options.PersistentRetry);
        _checkedNat = null;
        if (_options.PublicAddress.HasValue)
            return;
        var wasKnown = _nat.HasHost;
        _nat = new AddressVotes();
        _strangersSampled.Clear();
        for (var node = _nodes.Latest; node is not null; node = node.Older)
            node.Sampled = 0;
        _isRediscoveryDue = true;
        if (_options.Firewalled is null)
            _endpoint.IsFirewalled = true;
        BecomeEphemeral();
        if (wasKnown)
            Callbacks.Raise(NatChanged, LogBackgroundFailure);
    }

    private void BecomeEphemeral()
    {
        if (IsEphemeral)
            return;
        _endpoint.IsEphemeral = true;
        LogEphemeral();
        DhtMetrics.CountRole(isPersistent: false);
        Callbacks.Raise(BecameEphemeral, LogBackgroundFailure);
    }

    /// <summary>A node that was asked says how it sees us.</summary>
    private void AddNatSample(in UdpAddress from, in UdpAddress seen)
    {
        // An address given in the options is not up for discussion.
        if (_options.PublicAddress.HasValue)
            return;
        var before = _nat.Address;
        var hasChangedItsMind = _nat.Add(from, seen, _tick);
        if (
            State is DhtNodeState.Ready or DhtNodeState.Isolated
            && (hasChangedItsMind || _nat.Count < AddressVotes.Enough)
        )
            AskForVotes(again: hasChangedItsMind);
        if (_nat.Address != before)
            OnNatChanged(before);
    }

    private void OnNatChanged(in UdpAddress before)
    {
        LogAddress(_nat.HasHost, _nat.HasFixedPort, _nat.Count);
        Callbacks.Raise(NatChanged, LogBackgroundFailure);
        DoubtOpenAddress();
        FollowForcedAddress();
    }

    /// <summary>An open port that we have found by ourselves says nothing of another address: all begins again.</summary>
    private void DoubtOpenAddress()
    {
        if (IsFirewalled || _options.Firewalled.HasValue || _nat.Address == _openAddress)
            return;
        if (TryAgain(ref _doubtedAt))
            NoticeNetworkChange();
    }

    /// <summary>Whether it is long enough since this was last done, which others can bring about.</summary>
    private bool TryAgain(ref long lastTick)
    {
        if (_tick - lastTick < DoubtTicks)
            return false;
        lastTick = _tick;
        return true;
    }

    /// <summary>
    /// Asks nodes that have not told how they see us or, when one has just told something new, those who have too.
    /// </summary>
    private void AskForVotes(bool again)
    {
        if (_isAskingForVotes || (again && !TryAgain(ref _askedAgainAt)))
            return;
        var asked = again ? _nat.Voters.ToList() : [];
        for (var node = _nodes.Latest; node is not null && asked.Count < MaxAskedForVotes; node = node.Older)
        {
            if (node.Sampled == 0 && !_nat.HasVoted(node.Address))
                asked.Add(node.Address);
        }
        if (asked.Count == 0)
            return;
        _isAskingForVotes = true;
        _ = ObserveAsync(AskAsync());

        async Task AskAsync()
        {
            await Task.WhenAll(asked.Select(node => PingAsync(node)));
            _isAskingForVotes = false;
            FollowForcedAddress();
        }
    }

    /// <summary>
    /// Nodes without an id tell of our address too, but anybody can be one: only as many as there are bootstrap nodes are
    /// believed.
    /// </summary>
    private void SampleStranger(in UdpAddress from, in UdpAddress to)
    {
        if (_strangersSampled.Count < Math.Max(1, _bootstrap.Count) && _strangersSampled.Add(from))
            AddNatSample(from, to);
    }

    /// <summary>
    /// A node that was told to be persistent on an open port takes up its address whenever it learns it, also when nobody
    /// was there to tell it at first (the first node of a network), or when the address has changed since.
    /// </summary>
    private void FollowForcedAddress()
    {
        if (
            _options is not { Ephemeral: false, Firewalled: false }
            || State is not (DhtNodeState.Ready or DhtNodeState.Isolated)
            || ServerSocket is not { } server
            || !IsAddressCertain
            || _nat.Address.Port != server.LocalAddress.Port
        )
        {
            return;
        }
        if (IsEphemeral || NodeId.FromAddress(_nat.Address) != _table.Id)
            BecomePersistent(_nat.Address);
    }

    private void ConsiderPersistence()
    {
        if (_options.Ephemeral == true || !IsEphemeral || --_stableTicks > 0)
            return;
        _stableTicks = TicksOf(_options.PersistentRetry);
        if (_nat.HasHost && _checkedNat is { } checkedNat && checkedNat.HasSameHost(_nat.Address))
            return;
        _ = ObserveAsync(UpdateNetworkStateAsync(onlyFirewall: false));
    }

    /// <summary>
    /// Finds out whether the server socket can be reached and, unless <paramref name="onlyFirewall"/>, becomes persistent
    /// if so.
    /// </summary>
    /// <returns>Whether anything about the node has changed.</returns>
    private async Task<bool> UpdateNetworkStateAsync(bool onlyFirewall)
    {
        if (_isUpdatingNetworkState || !IsEphemeral || (onlyFirewall && !IsFirewalled))
            return false;
        var before = _nat.Address;
        if (!onlyFirewall)
        {
            _stableTicks = TicksOf(_options.PersistentRetry);
            _checkedNat = _nat.HasHost ? before : null;
        }
        if (!_nat.HasFixedPort)
            return false;

        var address = before;
        if (IsFirewalled)
        {
            if (_options.Firewalled == true)
                return false;
            _isUpdatingNetworkState = true;
            var open = await FindOpenAddressAsync();
            _isUpdatingNetworkState = false;
            // While we asked, the network may have changed under us.
            if (open is not { } found || PresentSocket is null || !IsEphemeral || _nat.Address != before)
                return false;
            address = found.Address;
            _strangersSampled.Clear();
            _nat = found;
            _openAddress = address;
            _endpoint.IsFirewalled = false;
            LogOpen(address.Port);
            if (address != before)
                Callbacks.Raise(NatChanged, LogBackgroundFailure);
        }

        if (onlyFirewall)
            TakeIdentity(NodeId.FromAddress(address));
        else
            BecomePersistent(address);
        return true;
    }

    /// <summary>
    /// Asks nodes to answer to our server socket, where nobody was invited.
    /// </summary>
    /// <returns>What they saw of us, if enough of them could reach it and its port is not remapped; else null.</returns>
    private async Task<AddressVotes?> FindOpenAddressAsync()
    {
        if (ServerSocket is not { } server)
            return null;
        var asked = new List<UdpAddress>(FirewallCheckNodes);
        for (var node = _nodes.Latest; node is not null && asked.Count < FirewallCheckNodes; node = node.Older)
            asked.Add(node.Address);
        if (asked.Count < FirewallCheckNodes)
        {
            foreach (var node in _bootstrap)
            {
                if (!asked.Contains(node))
                    asked.Add(node);
            }
        }
        if (asked.Count == 0)
            return null;

        var calls = new List<Task<DhtRequestResult>>(asked.Count);
        foreach (var to in asked)
            calls.Add(PingNatAsync(to, options: null));
        var sampler = new AddressVotes();
        var pongs = 0;
        foreach (var result in await Task.WhenAll(calls))
        {
            if (!result.HasReply || !ReferenceEquals(result.Reply.Socket, server))
                continue;
            pongs++;
            sampler.Add(result.Reply.From, result.Reply.To, _tick);
        }
        // Too few answers may be a fluke. A host other than the client socket's, or a port that the NAT has changed,
        // cannot be told to others as ours.
        var isOpen =
            pongs >= (asked.Count >= FirewallCheckNodes ? FirewallCheckPongs : 1)
            && sampler.HasHost
            && sampler.Address.HasSameHost(_nat.Address)
            && sampler.Address.Port == server.LocalAddress.Port;
        return isOpen ? sampler : null;
    }

    private void BecomePersistent(in UdpAddress address)
    {
        var wasEphemeral = IsEphemeral;
        _endpoint.IsEphemeral = false;
        TakeIdentity(NodeId.FromAddress(address));
        if (!wasEphemeral)
            return;
        LogPersistent(address.Port);
        DhtMetrics.CountRole(isPersistent: true);
        // Whoever is asked learns of us: ask those in whose tables we belong.
        if (State is DhtNodeState.Ready or DhtNodeState.Isolated)
            StartBackgroundQuery(_table.Id, onReply: null);
        Callbacks.Raise(BecamePersistent, LogBackgroundFailure);
    }

    /// <summary>Moves to another place in the key space; the nodes known so far come along where rows have room.</summary>
    private void TakeIdentity(in Bytes32 id)
    {
        if (_table.Id == id)
            return;
        var known = _table.ToList();
        _table = _endpoint.Table = new RoutingTable(id);
        foreach (var node in known)
        {
            if (node.Id == id || !_table.TryAdd(node, out _))
                _nodes.Remove(node);
        }
        if (State is DhtNodeState.Ready or DhtNodeState.Isolated)
            Refresh();
    }
}
