namespace Intercom.Cli.Terminal.Prompt;

/// <summary>Where the terminal's lines come from.</summary>
internal interface ILineSource : IDisposable
{
    /// <summary>The next line; null when there are no more.</summary>
    Task<string?> ReadLineAsync(CancellationToken cancellationToken);
}
