using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Xunit;

namespace TestKit.Partners;

/// <summary>
/// A process at the other end of a test, such as Node.js with <c>partners/driver.mjs</c>: requests out, replies and events
/// in, a JSON object a line.
/// </summary>
/// <remarks>
/// Every request has a deadline and fails at once when the process ends; each failure carries the end of the partner's
/// stderr. Events wait in a bounded queue per object and name until a test takes them, so that none is missed between
/// two calls. Disposing closes the partner's stdin, at which it exits, and kills it only if it does not.
/// </remarks>
public sealed partial class PartnerProcess : IAsyncDisposable
{
    /// <summary>How long a request or an event may take unless the caller says otherwise.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    private const int MaxQueuedEvents = 100_000;
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;

    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _requests = new();
    private readonly ConcurrentDictionary<(string Handle, string Name), Channel<PartnerEvent>> _events = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private long _lastId;

    private PartnerProcess(string name, Process process)
    {
        Name = name;
        _process = process;
    }

    /// <summary>What failures call it.</summary>
    public string Name { get; }

    /// <summary>Asks for <paramref name="verb"/> and returns its result.</summary>
    /// <param name="verb">A verb of the driver.</param>
    /// <param name="args">An object whose members are the arguments.</param>
    /// <param name="deadline">How long to wait; <see cref="DefaultDeadline"/> by default.</param>
    /// <exception cref="PartnerException">The partner refused, was silent, or has died.</exception>
    public async Task<JsonElement> CallAsync(string verb, object? args = null, TimeSpan? deadline = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var reply = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = reply;
        try
        {
            if (_ended)
                throw Failure("has ended");
            await WriteLineAsync(
                JsonSerializer.Serialize(
                    new
                    {
                        id,
                        verb,
                        args,
                    },
                    Json
                )
            );
            var line = await WithinAsync(reply.Task, deadline, $"the reply to {verb}");
            return line.GetProperty("ok").GetBoolean()
                ? line.GetProperty("result")
                : throw Refused(verb, line.GetProperty("error"));
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    /// <summary>As <see cref="CallAsync"/>, with the result read into <typeparamref name="T"/>.</summary>
    public async Task<T> CallAsync<T>(string verb, object? args = null, TimeSpan? deadline = null) =>
        (await CallAsync(verb, args, deadline)).Deserialize<T>(Json)
        ?? throw new PartnerException($"{verb} answered null.");

    /// <summary>Takes the next event of this name about this object, also one that came before the call.</summary>
    public Task<PartnerEvent> ExpectAsync(string handle, string name, TimeSpan? deadline = null) =>
        WithinAsync(
            EventsOf(handle, name).Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask(),
            deadline,
            $"the event '{name}' of {handle}"
        );

    /// <summary>All events of this name about this object, in order, from the first that nobody has taken.</summary>
    public IAsyncEnumerable<PartnerEvent> EventsAsync(
        string handle,
        string name,
        CancellationToken cancellationToken
    ) => EventsOf(handle, name).Reader.ReadAllAsync(cancellationToken);

    /// <summary>Number of such events that wait to be taken.</summary>
    public int CountWaiting(string handle, string name) => EventsOf(handle, name).Reader.Count;

    /// <summary>Drops the events of an object that is no more, here and in the partner: for tests that make very many.</summary>
    public async Task ForgetAsync(string handle)
    {
        await CallAsync("forget", new { handle });
        foreach (var key in _events.Keys.Where(key => key.Handle == handle))
            _events.TryRemove(key, out _);
    }

    private Channel<PartnerEvent> EventsOf(string handle, string name)
    {
        var queue = _events.GetOrAdd(
            (handle, name),
            static _ => Channel.CreateBounded<PartnerEvent>(new BoundedChannelOptions(MaxQueuedEvents))
        );
        if (_ended)
            queue.Writer.TryComplete();
        return queue;
    }

    private async Task<T> WithinAsync<T>(Task<T> task, TimeSpan? deadline, string awaited)
    {
        var limit = deadline ?? DefaultDeadline;
        try
        {
            return await task.WaitAsync(limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw Failure($"waited {limit.TotalSeconds:0.#} s for {awaited}");
        }
        catch (ChannelClosedException)
        {
            throw Failure($"ended while the test waited for {awaited}");
        }
    }

    private PartnerException Refused(string verb, JsonElement error)
    {
        var code = error.GetProperty("code").ToString();
        var stack = error.GetProperty("stack").ToString();
        var message = error.GetProperty("message").ToString();
        return new PartnerException(
            $"The {Name} partner refused {verb}: {message}\n{stack}{DescribeErrors()}",
            code.Length == 0 ? null : code
        );
    }

    private PartnerException Failure(string what) => new($"The {Name} partner: {what}.{DescribeErrors()}");
}
