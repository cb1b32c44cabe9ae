namespace Hyper.Loop;

/// <summary>How a <see cref="NetworkLoop"/> runs.</summary>
public sealed record NetworkLoopOptions
{
    /// <summary>Name of the thread, as a debugger and the operating system show it.</summary>
    public string Name { get; init; } = "hyper-loop";

    /// <summary>Randomness for everything on the loop; the operating system's by default.</summary>
    public IRandomSource Random { get; init; } = SystemRandomSource.Instance;

    /// <summary>
    /// Called on the loop with an exception that no caller owns: a bug in a handler. The loop goes on. Without a
    /// handler the process ends, as with any unhandled exception.
    /// </summary>
    public Action<Exception>? UnhandledException { get; init; }

    /// <summary>
    /// Use <c>Socket.Select</c> and one system call a datagram even where a faster path exists. For tests, and for a
    /// kernel that misbehaves.
    /// </summary>
    public bool UsePortableSockets { get; init; }

    /// <summary>
    /// Let the kernel hand over datagrams of one source and size in one piece where they arrive so (Linux 5.0 and later, UDP_GRO);
    /// they are taken apart before a handler sees them. True by default: a stream on a fast path is twice as quick. For
    /// tests, and for a kernel that misbehaves.
    /// </summary>
    public bool MergeReceived { get; init; } = true;
}
