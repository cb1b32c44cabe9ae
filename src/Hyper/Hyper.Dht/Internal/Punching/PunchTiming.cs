namespace Hyper.Dht.Internal.Punching;

/// <summary>How probes are paced. Source: hyperdht 6.27.0, lib/holepuncher.js and index.js.</summary>
internal static class PunchTiming
{
    /// <summary>Rounds of probes between two sides that keep one port each.</summary>
    public const int ConsistentRounds = 10;

    /// <summary>Probes where one side's ports are random: with 256 sockets on that side, 999 of 1000 attempts meet.</summary>
    public const int RandomProbes = 1750;

    /// <summary>Sockets that a side with random ports opens.</summary>
    public const int BirthdaySockets = 256;

    /// <summary>Sockets opened in one step, so that no turn of the loop is held up.</summary>
    public const int BirthdayBatch = 16;

    /// <summary>Lowest port that is guessed; below are the ports of services.</summary>
    public const int FirstRandomPort = 1000;

    /// <summary>Further sockets tried when the NAT treats the first one badly.</summary>
    public const int MaxReopens = 3;

    /// <summary>Between rounds of the consistent kind.</summary>
    public static readonly TimeSpan ConsistentInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between probes of the random kind: 50 a second.</summary>
    public static readonly TimeSpan RandomInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Rest after the sockets were opened, before they are gone through.</summary>
    public static readonly TimeSpan BirthdayRest = TimeSpan.FromMilliseconds(100);

    /// <summary>One random punch at a time, and this long between two.</summary>
    public static readonly TimeSpan RandomPunchPause = TimeSpan.FromSeconds(20);

    /// <summary>Longest time that probes of the consistent kind are sent.</summary>
    public static readonly TimeSpan ConsistentLimit = ConsistentInterval * (ConsistentRounds + 1);

    /// <summary>Longest time that probes of the random kind are sent.</summary>
    public static readonly TimeSpan RandomLimit = (RandomInterval * (RandomProbes + BirthdaySockets)) + BirthdayRest;
}
