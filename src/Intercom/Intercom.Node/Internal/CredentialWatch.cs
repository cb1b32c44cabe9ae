using Intercom.Bridge;
using Intercom.Node.Store;
using Microsoft.Extensions.Logging;

namespace Intercom.Node.Internal;

/// <summary>
/// Gives a running bridge the credentials of the store, again whenever the file has changed. The content is compared
/// and not the file's time, of which two changes may have one. A file that cannot be read or is damaged takes every
/// credential back: it may be the one that revokes.
/// </summary>
internal sealed class CredentialWatch : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(500);

    private readonly PeerStore _store;
    private readonly ScBridge _bridge;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watching;
    private byte[]? _known;
    private string? _fault;

    /// <summary>Gives the bridge what is there now, and begins to watch.</summary>
    public CredentialWatch(PeerStore store, ScBridge bridge, ILogger logger, TimeProvider time)
    {
        _store = store;
        _bridge = bridge;
        _logger = logger;
        Look();
        _watching = WatchAsync(time);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
                Look();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
    }

    private void Look()
    {
        try
        {
            var content = CredentialFile.ReadBytes(_store);
            if (_fault is null && content.AsSpan().SequenceEqual(_known) && content is null == _known is null)
                return;
            _known = content;
            var credentials = content is null ? [] : CredentialFile.TryParse(content);
            if (credentials is null)
                Fail("it is damaged or of a later version");
            else
                Take(credentials);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Fail(error.Message);
        }
    }

    private void Take(IReadOnlyList<StoredCredential> credentials)
    {
        _fault = null;
        _bridge.Credentials = [.. credentials.Select(stored => stored.Credential)];
        _logger.LogCredentials(credentials.Count);
    }

    private void Fail(string why)
    {
        if (_fault == why)
            return;
        _fault = why;
        _bridge.Credentials = [];
        _logger.LogCredentialsUnreadable(_store.CredentialsPath, why);
    }
}
