namespace Hyper.Core.Internal;

/// <summary>Peers that do not answer: others are asked meanwhile, and in the end they are given up.</summary>
internal sealed partial class Replicator
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(1);

    /// <summary>An answer is late after this time, or after eight times what the last one took.</summary>
    private static readonly TimeSpan _minLate = TimeSpan.FromSeconds(2);

    /// <summary>A peer that answered nothing for so long is given up, on the slowest of lines.</summary>
    private static readonly TimeSpan _maxSilence = TimeSpan.FromMinutes(4);

    private readonly Hyper.Loop.LoopTimer _stallTimer;

    private void ArmStallTimer()
    {
        if (!_stallTimer.IsArmed && IsAnythingInFlight)
            _stallTimer.Arm(_period);
    }

    private void OnStallTimer()
    {
        var now = Time.GetTimestamp();
        foreach (var peer in _peers.ToArray())
        {
            if (peer.InFlight == 0)
                continue;
            if (now - peer.AnsweredAt > Time.ToTicks(_maxSilence))
            {
                peer.Drop($"No request was answered for {_maxSilence}.");
                continue;
            }
            var limit = Math.Max(Time.ToTicks(_minLate), 8 * peer.Window.Latency);
            foreach (var request in peer.Requests)
            {
                if (!request.IsLate && now - request.SentAt > limit)
                    OnLate(request);
            }
        }
        ScheduleSoon();
    }

    /// <summary>It stays on its way, and keeps its place in the peer's window; but others may be asked for the same.</summary>
    private void OnLate(PeerRequest request)
    {
        request.IsLate = true;
        if (_upgrade == request)
            _upgrade = null;
        if (_manifest == request)
            _manifest = null;
        if (request.Seek is { } seek && seek.Request == request)
            seek.Request = null;
        if (request.Block is { } demand && _peers.Count > 1)
            Enqueue(demand);
    }
}
