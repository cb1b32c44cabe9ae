namespace Hyper.Dht.Internal.Serving;

/// <summary>Deadlines of a handshake slot. Source: hyperdht 6.27.0, lib/server.js and lib/holepuncher.js.</summary>
internal static class HandshakeTiming
{
    /// <summary>Time for the client to send its first packet, or to begin to punch.</summary>
    public static readonly TimeSpan FirstPacket = TimeSpan.FromSeconds(10);

    /// <summary>How long repeats of a client's message are answered after its slot has served its purpose.</summary>
    public static readonly TimeSpan ClearWait = TimeSpan.FromSeconds(10);

    /// <summary>Pause between punch probes.</summary>
    public static readonly TimeSpan PunchInterval = TimeSpan.FromSeconds(1);

    /// <summary>Rounds of punch probes.</summary>
    public const int PunchRounds = 10;
}
