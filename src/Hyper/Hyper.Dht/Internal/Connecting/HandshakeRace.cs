using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>
/// Sends one handshake through several relays, two at a time, until a good answer comes. Relays are offered as they
/// become known and each is asked once. Belongs to one <see cref="ConnectAttempt"/>.
/// </summary>
internal sealed class HandshakeRace(
    Func<UdpAddress, CancellationToken, Task<HandshakeOutcome?>> ask,
    CancellationToken cancellationToken
)
{
    /// <summary>Handshakes under way at a time, as in hyperdht.</summary>
    private const int Concurrency = 2;

    /// <summary>Relays asked in one attempt: a hostile network must not make it endless.</summary>
    private const int MaxRelays = 40;

    private readonly HashSet<UdpAddress> _offered = [];
    private readonly Queue<UdpAddress> _waiting = new();
    private readonly TaskCompletionSource<HandshakeOutcome?> _finished = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private int _running;
    private bool _isComplete;

    /// <summary>The first good answer, or null when there is none.</summary>
    public Task<HandshakeOutcome?> Finished => _finished.Task;

    public void Offer(in UdpAddress relay)
    {
        if (_finished.Task.IsCompleted || relay.Port == 0 || !relay.IsIPv4)
            return;
        if (_offered.Count >= MaxRelays || !_offered.Add(relay))
            return;
        _waiting.Enqueue(relay);
        StartMore();
    }

    /// <summary>No further relay will be offered.</summary>
    public void Complete()
    {
        _isComplete = true;
        StartMore();
    }

    private void StartMore()
    {
        while (_running < Concurrency && !_finished.Task.IsCompleted && _waiting.TryDequeue(out var relay))
        {
            _running++;
            _ = AskAsync(relay);
        }
        if (_isComplete && _running == 0)
            _finished.TrySetResult(null);
    }

    private async Task AskAsync(UdpAddress relay)
    {
        try
        {
            if (await ask(relay, cancellationToken) is { } outcome && !_finished.TrySetResult(outcome))
                outcome.Session.Dispose();
        }
        catch (Exception error)
        {
            // As a rule the server itself has said no, and other relays would bring the same answer.
            _finished.TrySetException(error);
        }
        _running--;
        StartMore();
    }
}
