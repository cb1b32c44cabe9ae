namespace Intercom.Cli.Terminal;

/// <summary>Results cannot be written any more.</summary>
internal sealed class OutputClosedException(Exception inner)
    : Exception($"The output cannot be written: {inner.Message}", inner)
{
    /// <summary>EPIPE, ERROR_BROKEN_PIPE and ERROR_NO_DATA.</summary>
    private static readonly int[] _brokenPipe = [32, unchecked((int)0x8007006D), unchecked((int)0x800700E8)];

    /// <summary>Whether the reader of a pipe has gone, which is its way to say that it has enough.</summary>
    public bool IsReaderGone => InnerException is IOException error && _brokenPipe.Contains(error.HResult);
}
