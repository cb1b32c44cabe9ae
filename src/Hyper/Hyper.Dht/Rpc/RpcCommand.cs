namespace Hyper.Dht.Rpc;

/// <summary>Commands of the RPC layer itself (sent with the internal flag). Source: dht-rpc 6.24.2, lib/commands.js.</summary>
public static class RpcCommand
{
    /// <summary>Are you there? Answered with an empty reply; any value is allowed, to try a packet size.</summary>
    public const uint Ping = 0;

    /// <summary>Answer to another port of mine: value is that port, u16 little-endian.</summary>
    public const uint PingNat = 1;

    /// <summary>Which nodes do you know near the target?</summary>
    public const uint FindNode = 2;

    /// <summary>A node that you named does not answer: value is its six-byte address.</summary>
    public const uint DownHint = 3;

    /// <summary>Answer after a delay: value is milliseconds, u32 little-endian.</summary>
    public const uint DelayedPing = 4;
}
