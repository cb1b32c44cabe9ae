using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// A request of ours that waits for its reply. Owned by <see cref="RpcEndpoint"/>, which reuses it after it has settled;
/// its owner holds it only until then.
/// </summary>
internal sealed class PendingRequest
{
    public PendingRequest(RpcEndpoint endpoint, LoopTimeProvider time)
    {
        Timer = time.CreateTimer(static state => ((PendingRequest)state!).OnTimer(), this);
        _endpoint = endpoint;
    }

    private readonly RpcEndpoint _endpoint;

    public LoopTimer Timer { get; }

    public IRequestOwner Owner { get; set; } = null!;

    /// <summary>Null when it leaves by whatever socket is the present one at the time of sending.</summary>
    public IRpcSocket? Socket { get; set; }

    public ushort TransactionId { get; set; }

    public UdpAddress To { get; set; }

    /// <summary>The asked node's id where it is known; its table entry goes when it does not answer.</summary>
    public Bytes32? ToId { get; set; }

    public Bytes32? Token { get; set; }

    public bool IsInternal { get; set; }

    public uint Command { get; set; }

    public Bytes32? Target { get; set; }

    public ReadOnlyMemory<byte>? Value { get; set; }

    public byte TimeToLive { get; set; }

    public int Attempts { get; set; }

    public TimeSpan Timeout { get; set; }

    /// <summary>Bypasses the congestion window.</summary>
    public bool Force { get; set; }

    /// <summary>Sends so far.</summary>
    public int Sent { get; set; }

    /// <summary>Sends that were not answered in time.</summary>
    public int TimedOutTries { get; set; }

    public TimeSpan CreatedAt { get; set; }

    public bool IsSettled { get; set; } = true;

    /// <summary>Whether it waits in the congestion queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Lets go of what it refers to.</summary>
    public void Clear()
    {
        Owner = null!;
        Socket = null;
        Value = null;
        ToId = Token = Target = null;
        Sent = TimedOutTries = 0;
        Force = false;
    }

    private void OnTimer() => _endpoint.OnTryTimedOut(this);
}
