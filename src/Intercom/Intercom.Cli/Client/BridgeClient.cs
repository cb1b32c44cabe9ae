using System.Buffers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Hyper.Encoding.Json;
using Intercom.Node.Store;

namespace Intercom.Cli.Client;

/// <summary>
/// A client of a running peer's bridge. One task reads; requests are matched to replies by their id, and everything
/// else is an event. Events wait in a bounded queue whose reader is the command itself.
/// </summary>
internal sealed class BridgeClient : IAsyncDisposable
{
    private const int MaxWaitingEvents = 4096;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<int, TaskCompletionSource<JsObject>> _pending = [];
    private readonly Channel<JsObject> _events = Channel.CreateBounded<JsObject>(MaxWaitingEvents);
    private readonly TaskCompletionSource<JsObject> _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private CommandException? _gone;
    private int _nextId;

    private BridgeClient() { }

    /// <summary>What is not a reply, in order of arrival; completes when the peer goes away.</summary>
    public ChannelReader<JsObject> Events => _events.Reader;

    /// <summary>Connects and presents the token.</summary>
    /// <exception cref="CommandException">The bridge cannot be reached or refuses.</exception>
    public static async Task<BridgeClient> ConnectAsync(
        BridgeFile bridge,
        string token,
        CancellationToken cancellationToken
    )
    {
        var url = bridge.Url;
        var client = new BridgeClient();
        if (bridge.CertificateHash is { } hash)
        {
            // It is known by its hash, which stands in the peer's own store; its name and its issuer say less.
            client._socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate
                    ?.GetCertHashString(HashAlgorithmName.SHA256)
                    .Equals(hash, StringComparison.OrdinalIgnoreCase) == true;
        }
        try
        {
            await client._socket.ConnectAsync(new Uri(url), cancellationToken).WaitAsync(_patience, cancellationToken);
            client._reading = client.ReadAsync();
            await client._hello.Task.WaitAsync(_patience, cancellationToken);
            await client.RequestAsync(new JsObject { ["type"] = "auth", ["token"] = token }, cancellationToken);
            return client;
        }
        catch (Exception error) when (error is WebSocketException or TimeoutException)
        {
            await client.DisposeAsync();
            throw new CommandException(
                ExitCode.NoSuchPeer,
                $"The peer's bridge at {url} does not answer ({error.Message}): is the peer still running?"
            );
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a request and gives its reply.</summary>
    /// <exception cref="CommandException">The peer answered with an error, or not at all.</exception>
    public async Task<JsObject> RequestAsync(JsObject request, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<JsObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        int id;
        lock (_lock)
        {
            id = ++_nextId;
            if (_gone is null)
                _pending.Add(id, reply);
            else
                reply.SetException(_gone);
        }
        request["id"] = id;
        try
        {
            var bytes = JsJson.StringifyToUtf8(request);
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            var answer = await reply.Task.WaitAsync(_patience, cancellationToken);
            return answer.GetString("type") == "error"
                ? throw new CommandException(ExitCode.Refused, $"Refused: {answer.GetString("error")}")
                : answer;
        }
        catch (TimeoutException)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"The peer did not answer '{request.GetString("type")}' within {_patience.TotalSeconds:0} s."
            );
        }
        catch (WebSocketException error)
        {
            throw new CommandException(ExitCode.Failed, $"The connection to the peer broke: {error.Message}");
        }
        finally
        {
            lock (_lock)
                _pending.Remove(id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _socket.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>(16 * 1024);
        Exception? failure = null;
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(16 * 1024), _closing.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                message.Advance(part.Count);
                if (!part.EndOfMessage)
                    continue;
                if (JsJson.TryParse(message.WrittenSpan, out var value) && value is JsObject json)
                    await DispatchAsync(json);
                message.ResetWrittenCount();
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            failure = error;
        }
        End(failure);
    }

    private async ValueTask DispatchAsync(JsObject json)
    {
        TaskCompletionSource<JsObject>? reply = null;
        if (json.GetNumber("id") is { } id)
        {
            lock (_lock)
                _pending.TryGetValue((int)id, out reply);
        }
        if (reply is not null)
            reply.TrySetResult(json);
        else if (json.GetString("type") == "hello")
            _hello.TrySetResult(json);
        else
            await _events.Writer.WriteAsync(json, _closing.Token);
    }

    private void End(Exception? failure)
    {
        var gone = new CommandException(
            ExitCode.Failed,
            failure is null ? "The peer closed the connection." : "The connection to the peer is gone."
        );
        _hello.TrySetException(gone);
        lock (_lock)
        {
            _gone = gone;
            foreach (var reply in _pending.Values)
                reply.TrySetException(gone);
        }
        _events.Writer.TryComplete();
    }
}
