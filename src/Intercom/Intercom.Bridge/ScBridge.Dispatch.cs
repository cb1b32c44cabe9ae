using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Sidechannels;

namespace Intercom.Bridge;

/// <summary>What was delivered, on its way to the clients.</summary>
public sealed partial class ScBridge
{
    /// <summary>Messages written out before the clients' writers are told.</summary>
    private const int MaxDispatched = 64;

    /// <summary>Clients for whom a message is written on the node's loop.</summary>
    private const int FewClients = 4;

    /// <summary>Largest text that is written there.</summary>
    private const int FewChars = 2048;

    /// <summary>A message that comes this long after the last comes alone.</summary>
    private static readonly TimeSpan _alone = TimeSpan.FromMicroseconds(200);

    /// <summary>Held while messages are taken from the queue and dispatched, which keeps their order.</summary>
    private readonly Lock _dispatch = new();

    /// <summary>Messages taken down and not dispatched yet.</summary>
    private int _undispatched;

    /// <summary>When the last message was taken down. Belongs to the node's loop.</summary>
    private long _lastTaken;

    /// <summary>
    /// On the node's loop. For a message that comes alone the way to another thread would take longer than all of its
    /// writing, and nothing of that waits.
    /// </summary>
    private void TakeDown(SidechannelMessage message)
    {
        var now = _options.Time.GetTimestamp();
        var isAlone = _options.Time.GetElapsedTime(_lastTaken, now) >= _alone;
        _lastTaken = now;
        if (isAlone && Volatile.Read(ref _undispatched) == 0 && _clients.Count <= FewClients && IsShort(message))
        {
            DispatchHere(message);
            return;
        }
        // Only the loop adds to them, so there is room behind this.
        if (Volatile.Read(ref _undispatched) >= MaxUndispatched)
            DispatchHere(null);
        Interlocked.Increment(ref _undispatched);
        if (!_messages.Writer.TryWrite(message))
            Interlocked.Decrement(ref _undispatched);
    }

    private static bool IsShort(SidechannelMessage message) =>
        message.Message is JsString { Value.Length: <= FewChars } or JsNumber or JsBoolean;

    /// <summary>
    /// One message, or some that wait. The clients' writers go on from here, and must not come back to the loop when they wait.
    /// </summary>
    private void DispatchHere(SidechannelMessage? alone)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            if (alone is null)
                DispatchWaiting();
            else
                Dispatch(alone);
            WakeWriters();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task DispatchAsync()
    {
        while (await _messages.Reader.WaitToReadAsync())
        {
            DispatchWaiting();
            WakeWriters();
        }
    }

    /// <summary>The oldest of those that wait, so many that the writers are not told too late.</summary>
    private void DispatchWaiting()
    {
        lock (_dispatch)
        {
            var count = 0;
            while (count < MaxDispatched && _messages.Reader.TryRead(out var message))
            {
                Dispatch(message);
                count++;
            }
            Interlocked.Add(ref _undispatched, -count);
        }
    }

    private void Dispatch(SidechannelMessage message)
    {
        string? text = null;
        byte[]? written = null;
        var isFiltered = _filterChannels?.Contains(message.Channel) ?? true;
        foreach (var (client, _) in _clients)
        {
            var session = client.Session;
            if (!session.IsAuthenticated || !session.MayRead(message.Channel) || !session.Hears(message.Channel))
                continue;
            if (isFiltered && session.HasFilter)
            {
                text ??= MessageFilter.TextOf(BridgeJson.ContentOf(message));
                if (!session.Passes(text))
                    continue;
            }
            written ??= JsJson.StringifyToUtf8(
                BridgeJson.Event(message, _trust.Of(message), _options.Time.GetUtcNow())
            );
            session.Queue.AddEvent(written);
        }
    }

    private void WakeWriters()
    {
        foreach (var (client, _) in _clients)
            client.Session.Queue.Wake();
    }
}
