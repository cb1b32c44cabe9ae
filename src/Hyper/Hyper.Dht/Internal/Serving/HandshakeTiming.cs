namespace Hyper.Dht.Internal.Serving;

/// <summary>Deadlines of a handshake slot. Source: hyperdht 6.27.0, lib/server.js; those of <see cref="SignOfLife"/> and <see cref="RelayedPunch"/>
/// are ours.</summary>
internal static class HandshakeTiming
{
    /// <summary>Time for the client to send its first packet, or to begin to punch.</summary>
    public static readonly TimeSpan FirstPacket = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time after which a handshake whose client has not been heard of again gives way to another of its network. A client
    /// that is there goes on at once.
    /// </summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(2);

    /// <summary>How long repeats of a client's message are answered after its slot has served its purpose.</summary>
    public static readonly TimeSpan ClearWait = TimeSpan.FromSeconds(10);

    /// <summary>
    /// While a relay carries the connection: time for the next message about punching. A client that waits for its turn
    /// to punch with random ports comes back within 20 s.
    /// </summary>
    public static readonly TimeSpan RelayedPunch = TimeSpan.FromSeconds(60);
}
