namespace Intercom.Cli;

/// <summary>Waits for Ctrl-C or SIGTERM, which reach a command as the cancellation of its token.</summary>
internal static class Lifetime
{
    public static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
