using System.Buffers.Binary;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    private static readonly TimeSpan _delayedPingGrace = TimeSpan.FromSeconds(1);

    /// <summary>Sends one request to one node and awaits its reply.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="to">An IPv4 address.</param>
    /// <param name="options">How to send it.</param>
    /// <param name="cancellationToken">Gives up; the outcome is then <see cref="DhtRequestStatus.Cancelled"/>.</param>
    /// <returns>The outcome. The task never fails for what the network does.</returns>
    /// <exception cref="ArgumentException">The address is not IPv4, or the value does not fit a datagram.</exception>
    public Task<DhtRequestResult> RequestAsync(
        DhtRequest request,
        UdpAddress to,
        DhtRequestOptions? options = null,
        CancellationToken cancellationToken = default
    ) => CallAsync(request, isInternal: false, to, options, cancellationToken);

    /// <summary>Asks a node whether it is there.</summary>
    /// <inheritdoc cref="RequestAsync"/>
    public Task<DhtRequestResult> PingAsync(
        UdpAddress to,
        DhtRequestOptions? options = null,
        CancellationToken cancellationToken = default
    ) => CallAsync(new DhtRequest(RpcCommand.Ping), isInternal: true, to, options, cancellationToken);

    /// <summary>Asks a node to answer after <paramref name="delay"/>, to learn how long a mapping in a NAT stays open.</summary>
    /// <inheritdoc cref="RequestAsync"/>
    /// <exception cref="ArgumentOutOfRangeException">The delay is longer than <see cref="DhtRpcOptions.MaxPingDelay"/>.</exception>
    public Task<DhtRequestResult> DelayedPingAsync(
        UdpAddress to,
        TimeSpan delay,
        DhtRequestOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, _options.MaxPingDelay);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        var value = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, (uint)delay.TotalMilliseconds);
        options = (options ?? new DhtRequestOptions()) with { Timeout = delay + _delayedPingGrace };
        return CallAsync(
            new DhtRequest(RpcCommand.DelayedPing) { Value = value },
            isInternal: true,
            to,
            options,
            cancellationToken
        );
    }

    /// <summary>Searches for the nodes nearest to <paramref name="target"/>.</summary>
    public DhtQuery FindNode(in Bytes32 target, DhtQueryOptions? options = null) =>
        CreateQuery(new DhtRequest(RpcCommand.FindNode) { Target = target }, isInternal: true, options);

    /// <summary>Asks a command of the nodes on the way to, and nearest to, the request's target.</summary>
    /// <exception cref="ArgumentException">The request has no target, or has a token.</exception>
    public DhtQuery Query(DhtRequest request, DhtQueryOptions? options = null)
    {
        if (request.Target is null)
            throw new ArgumentException("A query needs a target.", nameof(request));
        if (request.Token is not null)
            throw new ArgumentException("A token is for one node; a query asks many.", nameof(request));
        return CreateQuery(request, isInternal: false, options);
    }

    internal Task<DhtRequestResult> CallAsync(
        in DhtRequest request,
        bool isInternal,
        in UdpAddress to,
        DhtRequestOptions? options,
        CancellationToken cancellationToken
    )
    {
        Loop.VerifyAccess();
        VerifySendable(request, to);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromResult(new DhtRequestResult(DhtRequestStatus.Cancelled, null));
        var call = new RpcCall(this);
        var pending = _endpoint.Create(to, isInternal, request.Command, call);
        if (pending is null)
            return Task.FromResult(new DhtRequestResult(_endpoint.RefusalStatus, null));
        pending.Target = request.Target;
        pending.Token = request.Token;
        // Retries need the bytes after this call has returned, and the caller may reuse its buffer.
        pending.Value = request.Value?.ToArray();
        if (options is not null)
        {
            pending.Socket = options.Socket;
            pending.Attempts = options.Attempts ?? pending.Attempts;
            pending.Timeout = options.Timeout ?? pending.Timeout;
            pending.TimeToLive = options.TimeToLive;
            pending.Force = options.Force;
        }
        call.Begin(pending, cancellationToken);
        return call.Task;
    }

    internal void OnQueryStarted(DhtQuery query)
    {
        _queries.Add(query);
        Statistics.Queries++;
        Statistics.ActiveQueries = _queries.Count;
    }

    internal void OnQueryFinished(DhtQuery query)
    {
        _queries.Remove(query);
        Statistics.ActiveQueries = _queries.Count;
    }

    internal void OnCommitFailed(Exception error) => LogCommitFailed(error);

    private DhtQuery CreateQuery(in DhtRequest request, bool isInternal, DhtQueryOptions? options)
    {
        Loop.VerifyAccess();
        ObjectDisposedException.ThrowIf(State == DhtNodeState.Closed, this);
        _refreshTicks = RefreshTicks;
        return new DhtQuery(this, request, isInternal, options ?? DhtQueryOptions.Default);
    }

    private static void VerifySendable(in DhtRequest request, in UdpAddress to)
    {
        if (!to.IsIPv4 || to.Port == 0)
            throw new ArgumentException($"The DHT speaks IPv4 only; {to} is no IPv4 address with a port.", nameof(to));
        var size = DhtWire.HeaderBytes + (3 * Bytes32.Length) + 5 + (request.Value?.Length ?? 0) + 3;
        if (size > DhtWire.MaxDatagramBytes)
            throw new ArgumentException(
                $"A value of {request.Value?.Length} bytes does not fit a datagram.",
                nameof(request)
            );
    }
}
