using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using Microsoft.Extensions.Logging;

namespace Intercom.Bridge.Internal;

/// <summary>
/// One WebSocket: a reader that runs requests one after the other, and a writer that empties the queue. It ends when
/// either does.
/// </summary>
internal sealed partial class BridgeClient
{
    /// <summary>Requests a client may make before it authenticates; all but the right token are refused.</summary>
    private const int MaxRequestsBeforeAuthentication = 64;

    private const int FirstBufferBytes = 4096;

    /// <summary>Bytes of frames that are gathered for one write.</summary>
    private const int MaxGatheredBytes = 64 * 1024;

    /// <summary>
    /// Writes one after the other before the thread goes back: it may be the node's loop, which has told of an event, and the
    /// replies of a client that asks on and on may never end.
    /// </summary>
    private const int MaxWritesAtOnce = 4;

    /// <summary>Longest that others wait for a client that has come and says nothing.</summary>
    private static readonly TimeSpan _idleBeforeAuthentication = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _closePatience = TimeSpan.FromMilliseconds(500);

    private readonly JsJsonOptions _jsonOptions = new() { MaxBytes = int.MaxValue };
    private readonly WebSocket _socket;
    private readonly GatheringStream _output;
    private readonly ScBridge _bridge;
    private readonly IBridgeNode _node;
    private readonly BridgeOptions _options;
    private readonly ClientCommands _commands;
    private readonly ClientAudit _audit;

    /// <summary>Completes when the messages that are being sent have been answered.</summary>
    private Task _sending = Task.CompletedTask;
    private readonly SendShare _sendShare = new();
    private readonly long _connectedAt;
    private readonly TaskCompletionSource _revoked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isEnding;
    private bool _knowsIdentity;
    private long _lastRequest;
    private int _requestsBefore;
    private int _failures;

    public BridgeClient(
        WebSocket socket,
        GatheringStream output,
        ScBridge bridge,
        IBridgeNode node,
        BridgeOptions options,
        MessageFilter filter,
        long number
    )
    {
        _socket = socket;
        _output = output;
        _bridge = bridge;
        _node = node;
        _options = options;
        var queue = new ClientQueue(options.MaxQueuedEvents, options.MaxQueuedBytes);
        Session = new ClientSession(queue, filter, options.Time);
        _commands = new ClientCommands(node, Session, options);
        _audit = new ClientAudit(options.Audit, number, options.Time);
        _connectedAt = options.Time.GetTimestamp();
        Number = number;
    }

    public ClientSession Session { get; }

    /// <summary>Counts up from the start of the bridge.</summary>
    public long Number { get; }

    /// <summary>Whether it is one that others need not wait for. From any thread.</summary>
    public bool MayGiveWay =>
        !Session.IsAuthenticated
        && (Volatile.Read(ref _failures) > 0 || _options.Time.GetElapsedTime(_connectedAt) > _idleBeforeAuthentication);

    /// <summary>Disconnects it to make room; false when that is under way already. From any thread.</summary>
    public bool GiveWay() => _revoked.TrySetResult();

    private int MaxFrameBytes =>
        (int)Math.Min(int.MaxValue, (long)_node.MaxMessageBytes + _options.FrameAllowanceBytes);

    /// <summary>Takes back what the client may do, and disconnects it. From any thread.</summary>
    public void Revoke()
    {
        Session.Credential = Session.Credential! with { Scopes = BridgeScopes.None };
        _revoked.TrySetResult();
    }

    /// <summary>Serves the client until it goes, misbehaves or the bridge stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _knowsIdentity = _bridge.Credentials.Count == 0;
        Session.Reply(_knowsIdentity ? BridgeJson.Hello(_node, _options.Filter) : BridgeJson.AnonymousHello());
        Volatile.Write(ref _lastRequest, _options.Time.GetTimestamp());
        var writing = WriteAsync();
        var reading = ReadAllAsync(stopping);
        // Its own, so that nothing of this client stays behind at the bridge's token.
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var end = await WaitForEndAsync(reading, waiting.Token);
        await waiting.CancelAsync();
        _isEnding = true;
        Session.Queue.Close();
        using var patience = new CancellationTokenSource(_closePatience);
        try
        {
            await writing.WaitAsync(patience.Token);
            if (end is not null && _socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(end.Value, statusDescription: null, patience.Token);
            await DrainAsync(reading).WaitAsync(patience.Token);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            LogCutOff(_options.Logger, error.Message);
        }
        _socket.Abort();
        await _audit.DisconnectedAsync(end?.ToString() ?? "connection lost", Session.Queue.Events);
    }

    /// <summary>
    /// A receive is never cancelled, for that cuts the connection off; so the end is awaited beside it.
    /// </summary>
    private async Task<WebSocketCloseStatus?> WaitForEndAsync(
        Task<WebSocketCloseStatus?> reading,
        CancellationToken stopping
    )
    {
        var timeout = Task.Delay(_options.AuthenticationTimeout, _options.Time, stopping);
        if (await Task.WhenAny(reading, timeout, _revoked.Task) == reading)
            return await reading;
        if (!stopping.IsCancellationRequested && !Session.IsAuthenticated)
            return WebSocketCloseStatus.PolicyViolation;
        while (!stopping.IsCancellationRequested)
        {
            var patience = RemainingPatience();
            if (patience == TimeSpan.Zero || _revoked.Task.IsCompleted)
                return WebSocketCloseStatus.PolicyViolation;
            var delay = Task.Delay(patience, _options.Time, stopping);
            if (await Task.WhenAny(reading, delay, _revoked.Task) == reading)
                return await reading;
        }
        return WebSocketCloseStatus.EndpointUnavailable;
    }

    /// <summary>How much longer the client may make no request; zero when it is idle for too long.</summary>
    private TimeSpan RemainingPatience()
    {
        if (_options.IdleTimeout == Timeout.InfiniteTimeSpan)
            return Timeout.InfiniteTimeSpan;
        var left = _options.IdleTimeout - _options.Time.GetElapsedTime(Volatile.Read(ref _lastRequest));
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Runs requests until the end; the result says how to close, null when there is nobody left to tell.</summary>
    private async Task<WebSocketCloseStatus?> ReadAllAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Session.Queue.WaitForRoomAsync();
                var (hasFrame, request, end) = await ReadAsync();
                if (!hasFrame)
                {
                    await AllSentAsync();
                    return end;
                }
                Volatile.Write(ref _lastRequest, _options.Time.GetTimestamp());
                if (!_isEnding && !await HandleAsync(request, stopping))
                    return WebSocketCloseStatus.PolicyViolation;
            }
        }
        catch (OperationCanceledException)
        {
            return WebSocketCloseStatus.EndpointUnavailable;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    /// <summary>Reads on until the client has closed too: what it never read of us would be lost otherwise.</summary>
    private async Task DrainAsync(Task reading)
    {
        await reading;
        var buffer = new byte[FirstBufferBytes];
        while (_socket.State is WebSocketState.Open or WebSocketState.CloseSent)
            await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
    }

    /// <summary>What a whole frame, text or binary, says, null when it is no JSON; or that there is none, and how to end.</summary>
    private async Task<(bool HasFrame, JsValue? Request, WebSocketCloseStatus? End)> ReadAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (read.MessageType == WebSocketMessageType.Close)
                    return (false, null, WebSocketCloseStatus.NormalClosure);
                length += read.Count;
                if (length > MaxFrameBytes)
                    return (false, null, WebSocketCloseStatus.MessageTooBig);
                if (read.EndOfMessage)
                {
                    var isJson = JsJson.TryParse(buffer.AsSpan(0, length), _jsonOptions, out var request, out _);
                    return (true, isJson ? request : null, null);
                }
                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>False when the client is to be disconnected.</summary>
    private async Task<bool> HandleAsync(JsValue? request, CancellationToken stopping)
    {
        if (MaySendBeside(request))
        {
            await StartSendAsync(request, stopping);
            return true;
        }
        await AllSentAsync();
        if (request is null)
        {
            Session.Reply(BridgeJson.Error("Invalid JSON."));
            return CountBefore();
        }
        if (!JsConvert.IsObjectLike(request))
        {
            Session.Reply(BridgeJson.Error("Invalid message."));
            return CountBefore();
        }
        if ((request as JsObject)?.GetString("type") == "auth")
            return await AuthenticateAsync(request, stopping);
        if (Session.IsAuthenticated)
        {
            if (Session.Credential?.IsExpired(_options.Time.GetUtcNow()) == true)
            {
                Refuse(request);
                return false;
            }
            var reply = await _commands.RunAsync(request);
            await _audit.RequestAsync(request, reply);
            Session.Reply(ClientCommands.WithId(request, reply));
            return true;
        }
        Refuse(request);
        return CountBefore();
    }

    /// <summary>Messages are sent while those before them still are; anything else waits until they are through.</summary>
    private bool MaySendBeside([NotNullWhen(true)] JsValue? request) =>
        request is JsObject json
        && json.GetString("type") == "send"
        && Session.IsAuthenticated
        && Session.Credential?.IsExpired(_options.Time.GetUtcNow()) != true;

    /// <summary>
    /// Waits until all messages are answered. It goes on elsewhere then: who told the last outcome has those of other clients
    /// to tell, and requests may follow without end.
    /// </summary>
    private async Task AllSentAsync()
    {
        if (_sending.IsCompletedSuccessfully)
            return;
        await _sending;
        await Task.Yield();
    }

    private async Task StartSendAsync(JsValue request, CancellationToken stopping)
    {
        await _bridge.SendSlots.TakeAsync(_sendShare, stopping);
        _sending = FinishSendAsync(_sending, request, _commands.RunAsync(request));
    }

    /// <summary>Answers in the order of the requests.</summary>
    private async Task FinishSendAsync(Task before, JsValue request, Task<JsObject> running)
    {
        try
        {
            var reply = await running;
            await before;
            await _audit.RequestAsync(request, reply);
            Session.Reply(ClientCommands.WithId(request, reply));
        }
        finally
        {
            _bridge.SendSlots.Release(_sendShare);
        }
    }

    private async Task<bool> AuthenticateAsync(JsValue request, CancellationToken stopping)
    {
        var verdict = await _bridge.CheckTokenAsync((request as JsObject)?.GetString("token"), stopping);
        if (verdict.IsRight && _bridge.TryAdmit(Session, verdict.Credential))
        {
            await _audit.AuthenticatedAsync(verdict.Credential?.Id);
            Session.Reply(ClientCommands.WithId(request, new JsObject { ["type"] = "auth_ok" }));
            if (!_knowsIdentity && Session.May(BridgeScopes.Inspect))
            {
                _knowsIdentity = true;
                Session.Reply(BridgeJson.Hello(_node, _options.Filter));
            }
            return true;
        }
        _failures++;
        _bridge.OnWrongToken(_failures);
        await _audit.RefusedAsync();
        await Task.Delay(_options.AuthenticationDelay * _failures, _options.Time, stopping);
        Refuse(request);
        return _failures < _options.MaxAuthenticationFailures;
    }

    private void Refuse(JsValue request) =>
        Session.Reply(ClientCommands.WithId(request, BridgeJson.Error("Unauthorized.")));

    private bool CountBefore() => Session.IsAuthenticated || ++_requestsBefore < MaxRequestsBeforeAuthentication;

    private async Task WriteAsync()
    {
        try
        {
            var atOnce = 0;
            while (true)
            {
                var filled = Session.Queue.WaitAsync();
                atOnce = filled.IsCompleted ? atOnce + 1 : 0;
                if (!await filled)
                    return;
                if (atOnce == MaxWritesAtOnce)
                {
                    atOnce = 0;
                    await Task.Yield();
                }
                _output.Hold();
                while (_output.Held < MaxGatheredBytes && Session.Queue.TryTake(out var text))
                    await _socket.SendAsync(text.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);
                await _output.ReleaseAsync();
            }
        }
        catch (Exception error)
            when (error is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone or was given up; the reader notices by itself.
            _socket.Abort();
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * buffer.Length);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    [LoggerMessage(1, LogLevel.Debug, "A client of the bridge was cut off: {Why}")]
    private static partial void LogCutOff(ILogger logger, string why);
}
