namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    private TaskCompletionSource? _resumed;

    /// <summary>Whether writes wait.</summary>
    public bool IsSuspended => _resumed is not null;

    /// <summary>
    /// Finishes the writes on their way, pushes everything to the disk, and lets later writes wait until
    /// <see cref="Resume"/>: for a program that the system is about to stop. Reads go on.
    /// </summary>
    public async Task SuspendAsync()
    {
        Loop.VerifyAccess();
        VerifyOpen();
        _resumed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await FlushAsync();
    }

    /// <summary>Lets writes go on.</summary>
    public void Resume()
    {
        Loop.VerifyAccess();
        var resumed = _resumed;
        _resumed = null;
        resumed?.SetResult();
    }
}
