namespace Hyper.Core;

/// <summary>How a session of a core is opened.</summary>
public record CoreSessionOptions
{
    /// <summary>Make the core if it is not stored; yes by default. Otherwise opening fails with STORAGE_EMPTY.</summary>
    public bool CreateIfMissing { get; init; } = true;

    /// <summary>What the blocks are encrypted with; they are not by default. Not stored: it is given at each opening.</summary>
    public BlockEncryption? Encryption { get; init; }

    /// <summary>
    /// Whether the session, and those made from it, may write if they have a key pair. By default as the
    /// <see cref="Corestore"/> says that opens it, which is yes unless it is read-only.
    /// </summary>
    public bool? IsWritable { get; init; }

    /// <summary>
    /// Be the only exclusive session of the core: opening waits until those before it are closed. No by default. Sessions that
    /// are not exclusive are not shut out, and one that may not write waits for nobody.
    /// </summary>
    public bool IsExclusive { get; init; }

    /// <summary>
    /// How long opening waits for other exclusive sessions, at most; 30 seconds by default. JavaScript waits for ever, as
    /// <see cref="Timeout.InfiniteTimeSpan"/> does here.
    /// </summary>
    public TimeSpan ExclusiveTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the core may move to a higher fork that a peer proves; yes by default. As long as a session is open that was
    /// opened with no, or one made from it, no fork is taken over: what is here stays, and of the new fork nothing is fetched.
    /// Truncations made here are not affected. A peer's fork counts before the session is open too: open it before the core is
    /// replicated. In JavaScript (<c>allowFork</c>) whoever opens the core first in a store decides, for all.
    /// </summary>
    public bool AllowFork { get; init; } = true;
}
