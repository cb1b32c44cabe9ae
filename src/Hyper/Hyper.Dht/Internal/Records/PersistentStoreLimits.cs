namespace Hyper.Dht.Internal.Records;

/// <summary>How much a persistent node keeps for others, and how long. Defaults are those of hyperdht 6.27.0, index.js.</summary>
internal sealed record PersistentStoreLimits
{
    /// <summary>Most topic records, routes, bumps and refresh hashes of one generation each.</summary>
    public int MaxRecords { get; init; } = 65_536;

    /// <summary>
    /// Most topic records, routes, bumps and refresh hashes that one host has brought: a sixteenth, since hundreds of peers
    /// may stand behind one NAT. Beyond it the host's own oldest give way. Loopback is exempt. hyperdht has no such bound.
    /// </summary>
    public int MaxRecordsPerHost { get; init; } = 4096;

    /// <summary>The same for mutable, and for immutable, values.</summary>
    public int MaxValuesPerHost { get; init; } = 2048;

    /// <summary>Most mutable and immutable values of one generation each.</summary>
    public int MaxValues { get; init; } = 32_768;

    /// <summary>
    /// Most bytes of mutable, and of immutable, values of one generation: 16 MiB each, so 64 MiB in all. hyperdht has no
    /// such bound.
    /// </summary>
    public long MaxBytesOfValues { get; init; } = 16 << 20;

    /// <summary>Mean life of a record that is not announced again.</summary>
    public TimeSpan RecordAge { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Mean life of a value that nobody asks for.</summary>
    public TimeSpan ValueAge { get; init; } = TimeSpan.FromHours(48);
}
