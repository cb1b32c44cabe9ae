using System.Collections.Concurrent;
using System.Threading.Channels;
using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Sidechannels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Intercom.Bridge;

/// <summary>
/// SC-Bridge: agents drive a peer's sidechannels over an authenticated WebSocket, with the JSON of the
/// JavaScript version (docs/protocol/sc-bridge.md).
/// </summary>
/// <remarks>
/// Its own threads serve the clients; of the node it uses <see cref="IBridgeNode"/> only. A delivered message is taken
/// down on the node's loop and written out once by the dispatcher for all clients that want it; one that comes alone, for
/// few clients, is written there and then. Where the dispatcher cannot keep up the loop writes out what waits, and so takes
/// no more from the network than the bridge can pass on. Each client has a bounded queue: one that reads slowly loses its oldest events, not its neighbours theirs.
/// </remarks>
public sealed partial class ScBridge : IAsyncDisposable
{
    /// <summary>Messages that wait for the dispatcher; when there are more the node's loop does its work.</summary>
    private const int MaxUndispatched = 1024;

    private readonly IBridgeNode _node;
    private readonly BridgeOptions _options;
    private readonly MessageFilter _defaultFilter;
    private readonly HashSet<string>? _filterChannels;
    private readonly TokenGate _tokens;
    private readonly MessageTrust _trust;
    private readonly ConcurrentDictionary<BridgeClient, Task> _clients = new();
    private readonly Channel<SidechannelMessage> _messages;
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebSocketMiddleware _webSockets;
    private BridgeServer? _server;
    private Task _dispatching = Task.CompletedTask;

    /// <summary>Messages of all clients that may be under way at once; the sidechannels take twice as many.</summary>
    internal const int MaxSends = 128;

    private long _dropped;
    private long _lastClient;
    private int _unauthenticated;

    private ScBridge(IBridgeNode node, BridgeOptions options)
    {
        _node = node;
        _options = options;
        _defaultFilter = MessageFilter.Parse(options.Filter);
        _filterChannels = options.FilterChannels?.ToHashSet(StringComparer.Ordinal);
        _trust = new MessageTrust(options.TrustedKeys);
        _tokens = new TokenGate(options.Token, () => _credentials, options.MaxFailuresPerMinute, options.Time);
        _messages = Channel.CreateBounded<SidechannelMessage>(MaxUndispatched);
        _webSockets = new WebSocketMiddleware(
            ServeAsync,
            Options.Create(
                new WebSocketOptions
                {
                    KeepAliveInterval = options.PingInterval,
                    KeepAliveTimeout = options.PingTimeout,
                }
            ),
            NullLoggerFactory.Instance
        );
    }

    /// <summary>The port listened on; the chosen one when the options say 0.</summary>
    public int Port => _server?.Port ?? 0;

    /// <summary>Clients connected now.</summary>
    public int ClientCount => _clients.Count;

    /// <summary>Events that were not given to a client because it was too slow.</summary>
    public long DroppedEvents =>
        Interlocked.Read(ref _dropped) + _clients.Keys.Sum(client => client.Session.Queue.DroppedEvents);

    /// <summary>Wrong tokens presented since the start.</summary>
    public long WrongTokens => _tokens.WrongTokens;

    /// <summary>Starts to listen and to take down the node's messages.</summary>
    /// <exception cref="BridgeException">There is no token, or the address cannot be listened on.</exception>
    public static async Task<ScBridge> StartAsync(IBridgeNode node, BridgeOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrEmpty(options.Token))
            throw new BridgeException(
                BridgeErrorCode.TokenRequired,
                "SC-Bridge requires --sc-bridge-token (auth is mandatory)."
            );
        var bridge = new ScBridge(node, options);
        bridge._server = await BridgeServer.StartAsync(options, options.MaxClients, bridge.EnterAsync);
        bridge._dispatching = bridge.DispatchAsync();
        node.MessageReceived += bridge.TakeDown;
        bridge.LogListening(options.Certificate is null ? "ws" : "wss", options.Host, bridge.Port);
        return bridge;
    }

    /// <summary>Tells the clients, closes their connections and stops listening; takes less than a second.</summary>
    public async ValueTask DisposeAsync()
    {
        _node.MessageReceived -= TakeDown;
        if (_server is null || _stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        _messages.Writer.TryComplete();
        await Task.WhenAll(_clients.Values);
        await _server.DisposeAsync();
        await _dispatching;
        _tokens.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Completes when the clients that are connected now have gone.</summary>
    internal Task NoClientsAsync() => Task.WhenAll(_clients.Values);

    /// <summary>Taken by each message that is under way.</summary>
    internal SendSlots SendSlots { get; } = new(MaxSends);

    internal Task<TokenVerdict> CheckTokenAsync(string? token, CancellationToken cancellationToken) =>
        _tokens.CheckAsync(token, cancellationToken);

    internal void OnWrongToken(int failures) => LogWrongToken(failures);

    private Task EnterAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
            context.Features.Set<IHttpUpgradeFeature>(new GatheringUpgrade(upgrade));
        return _webSockets.Invoke(context);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "Upgrade Required");
            return;
        }
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !_options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            LogOriginRefused();
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "Origin not allowed");
            return;
        }
        if (_stopping.IsCancellationRequested || !TryEnter())
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Too many clients");
            return;
        }
        await RunClientAsync(context);
    }

    private async Task RunClientAsync(HttpContext context)
    {
        BridgeClient? client = null;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var upgrade = (GatheringUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>();
            client = new BridgeClient(
                socket,
                upgrade.Stream!,
                this,
                _node,
                _options,
                _defaultFilter,
                Interlocked.Increment(ref _lastClient)
            );
            _clients.TryAdd(client, ended.Task);
            await client.RunAsync(_stopping.Token);
        }
        catch (Exception error)
        {
            LogClientFailed(error);
        }
        finally
        {
            Leave(client);
            ended.SetResult();
        }
    }

    /// <summary>
    /// Counts a client that has not authenticated. When there are too many, one that has only wrong tokens to show, or has
    /// been idle since it came, makes room: those who hold places must not keep others out.
    /// </summary>
    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _unauthenticated) <= _options.MaxUnauthenticatedClients || TryMakeRoom())
            return true;
        Interlocked.Decrement(ref _unauthenticated);
        return false;
    }

    private bool TryMakeRoom() =>
        _clients
            .Keys.Where(client => client.MayGiveWay)
            .OrderBy(client => client.Number)
            .Any(client => client.GiveWay());

    private void Leave(BridgeClient? client)
    {
        if (client?.Session.IsAuthenticated != true)
            Interlocked.Decrement(ref _unauthenticated);
        if (client is not null && _clients.TryRemove(client, out _))
            Interlocked.Add(ref _dropped, client.Session.Queue.DroppedEvents);
    }

    private static Task RefuseAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = text.Length;
        return context.Response.WriteAsync(text);
    }
}
