using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Punching;

/// <summary>How our NAT treats the socket.</summary>
internal sealed partial class Holepuncher
{
    private const int SkippedLatestNodes = 5;
    private const int SamplingRounds = 2;

    private static readonly TimeSpan _samplingTimeout = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _sampling = new();
    private SocketNat _nat;
    private Task _analysing = Task.CompletedTask;
    private Task<bool>? _reopening;

    private bool IsUnstable =>
        Firewall == FirewallKind.Unknown || (Firewall == FirewallKind.Random && RemoteFirewall == FirewallKind.Random);

    /// <summary>Takes in how a node that answered on <see cref="Socket"/> sees it.</summary>
    public void AddSample(in UdpAddress seenAs, in UdpAddress source) => _nat.Add(seenAs, source);

    /// <summary>The verdict was told: the other side must not see it change any more.</summary>
    public void FreezeVerdict() => _nat.IsFrozen = true;

    /// <summary>
    /// Waits for the verdict on our NAT.
    /// </summary>
    /// <param name="mayReopen">
    /// Whether, when nothing can be done with it, further sockets may be tried: some mobile networks give the next one a
    /// better mapping.
    /// </param>
    /// <returns>Whether something can be done with it.</returns>
    public async Task<bool> AnalyseAsync(bool mayReopen)
    {
        if (_nodeView is not null)
            return !IsUnstable;
        await _analysing;
        if (!IsUnstable)
            return true;
        if (!mayReopen || _isOver)
            return false;
        return await (_reopening ??= ReopenAsync());
    }

    private async Task<bool> ReopenAsync()
    {
        for (var i = 0; IsUnstable && i < PunchTiming.MaxReopens && !_isOver && !IsPunching; i++)
        {
            if (_dht.PunchSockets.TryOpen(this) is not { } socket)
                break;
            var former = Socket;
            Socket = socket;
            _sockets.Add(socket);
            _sockets.Remove(former);
            _dht.PunchSockets.Release(former, null);
            _nat = new SocketNat(_dht.Rpc.IsFirewalled);
            BeginSampling();
            await _analysing;
        }
        return Firewall.Coerce() == FirewallKind.Consistent;
    }

    private void BeginSampling() =>
        _analysing = SampleAsync(
            _nat,
            new DhtRequestOptions
            {
                Socket = Socket,
                Attempts = 1,
                Timeout = _samplingTimeout,
            }
        );

    /// <summary>Asks a few nodes how they see the socket, and others if some stay silent.</summary>
    private async Task SampleAsync(SocketNat nat, DhtRequestOptions options)
    {
        var asked = new HashSet<UdpAddress>();
        for (var round = 0; round < SamplingRounds && !nat.IsSettled && !_isOver; round++)
        {
            var wanted = SocketNat.MinSamples - nat.Sampled;
            var nodes = _dht.Rpc.GetNodes(SocketNat.MinSamples + SkippedLatestNodes + asked.Count);
            // The latest are the likeliest to be those that just helped us; let others speak too.
            var skipped = nodes.Count >= SocketNat.MinSamples + SkippedLatestNodes ? SkippedLatestNodes : 0;
            var pings = new List<Task>(wanted);
            for (var i = skipped; i < nodes.Count && pings.Count < wanted; i++)
            {
                if (asked.Add(nodes[i]))
                    pings.Add(SampleAsync(nat, nodes[i], options));
            }
            await Task.WhenAll(pings);
        }
    }

    private async Task SampleAsync(SocketNat nat, UdpAddress node, DhtRequestOptions options)
    {
        var result = await _dht.Rpc.PingAsync(node, options, _sampling.Token);
        if (result.Reply is { } pong)
            nat.Add(pong.To, pong.From);
    }
}
