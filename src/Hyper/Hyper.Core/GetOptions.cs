namespace Hyper.Core;

/// <summary>How a block or a byte is looked for.</summary>
public sealed record GetOptions
{
    /// <summary>What is stored here, and nothing else.</summary>
    public static GetOptions Local { get; } = new() { Wait = false };

    /// <summary>Ask peers for what is not stored here, and wait for it. Yes by default, as in JavaScript.</summary>
    public bool Wait { get; init; } = true;

    /// <summary>
    /// How long to wait, at most; 30 seconds by default. JavaScript waits for ever, as
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> does here.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
