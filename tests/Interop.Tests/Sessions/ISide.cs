using Interop.Tests.Layers;

namespace Interop.Tests.Sessions;

/// <summary>One end of a session: a store, ours or a partner's.</summary>
internal interface ISide : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Whether it is a partner's.</summary>
    bool IsTheirs { get; }

    /// <summary>A new core that is written here.</summary>
    Task<ICopy> CreateAsync(string name);

    /// <summary>Another session of a core: of one that is written here, or of the copy of one that the other side writes.</summary>
    Task<ICopy> OpenAsync(string key);
}

/// <summary>A session of a core at one end. What needs the other side is begun and not waited for.</summary>
internal interface ICopy
{
    string Key { get; }

    Task AppendAsync(IReadOnlyList<byte[]> blocks);

    Task TruncateAsync(ulong length);

    Task ClearAsync(ulong start, ulong end);

    /// <summary>Begins to look for a block; whether it comes is not known.</summary>
    Task FetchAsync(ulong index);

    /// <summary>Begins to look for the block of a byte; whether it is found is not known.</summary>
    Task SeekAsync(ulong bytes);

    /// <summary>Begins to download a range; it goes on until the session is closed.</summary>
    Task DownloadAsync(ulong start, ulong end);

    Task<Head> HeadAsync();

    Task<Replica> ReadAsync();

    /// <summary>
    /// Whether it asks the other side for nothing more on this connection because 32 of its requests were not available: hypercore
    /// 11.37.1 counts those too that were on their way when the core was cut, and are answered so by every version.
    /// </summary>
    Task<bool> GaveUpAsync();

    /// <summary>How it stands with the other side, in words.</summary>
    Task<string> DescribeAsync();

    Task CloseAsync();
}

/// <summary>What is signed of a core.</summary>
internal sealed record Head(ulong Length, ulong Fork, string Hash);
