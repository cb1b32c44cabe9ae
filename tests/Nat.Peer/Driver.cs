using System.Text.Json;
using System.Text.Json.Nodes;
using Hyper.Dht;
using Hyper.Loop;
using Hyper.Udx;

namespace Nat.Peer;

/// <summary>
/// The request loop of a peer of ours in a process: reads lines, calls verbs on the event loop, writes replies and events.
/// It speaks as <c>partners/driver.mjs</c> does, so that a test drives both alike. Ends when its input does.
/// </summary>
internal sealed class Driver(EventLoop loop, TextReader input, TextWriter output)
{
    private static readonly JsonSerializerOptions _json = JsonSerializerOptions.Web;

    private readonly Dictionary<string, Func<JsonElement, Task<object?>>> _verbs = [];
    private readonly Dictionary<string, object> _handles = [];
    private readonly Lock _writing = new();
    private int _lastHandle;

    public EventLoop Loop => loop;

    /// <summary>Names what the other side may ask for. <paramref name="handler"/> runs on the loop.</summary>
    public void Verb<TArgs>(string name, Func<TArgs, Task<object?>> handler) =>
        _verbs.Add(name, args => handler(args.Deserialize<TArgs>(_json)!));

    /// <summary>Gives an object its name. On the loop.</summary>
    public string Add(string kind, object item)
    {
        var handle = $"{kind}:{++_lastHandle}";
        _handles.Add(handle, item);
        return handle;
    }

    /// <summary>The object of this name. On the loop.</summary>
    public T Get<T>(string handle) =>
        _handles.GetValueOrDefault(handle) is T item
            ? item
            : throw new KeyNotFoundException($"no such handle {handle}");

    /// <summary>Tells the other side of something that it did not ask for.</summary>
    public void Emit(string name, string handle, object? fields = null)
    {
        var message = fields is null ? [] : JsonSerializer.SerializeToNode(fields, _json)!.AsObject();
        message["event"] = name;
        message["handle"] = handle;
        Send(message);
    }

    public async Task RunAsync()
    {
        Emit("ready", "");
        while (await input.ReadLineAsync() is { } line)
            _ = ServeAsync(JsonElement.Parse(line));
        await loop.InvokeAsync(() =>
        {
            foreach (var item in _handles.Values.OfType<IDisposable>())
                item.Dispose();
        });
    }

    private async Task ServeAsync(JsonElement request)
    {
        var id = request.GetProperty("id").GetInt64();
        try
        {
            var verb = request.GetProperty("verb").GetString()!;
            if (!_verbs.TryGetValue(verb, out var handler))
                throw new KeyNotFoundException($"unknown verb {verb}");
            var result = await loop.InvokeAsync(() => handler(request.GetProperty("args")));
            var node = result is null ? new JsonObject() : JsonSerializer.SerializeToNode(result, _json);
            Send(
                new JsonObject
                {
                    ["id"] = id,
                    ["ok"] = true,
                    ["result"] = node,
                }
            );
        }
        catch (Exception error)
        {
            var told = new JsonObject
            {
                ["message"] = error.Message,
                ["code"] = CodeOf(error),
                ["stack"] = error.ToString(),
            };
            Send(
                new JsonObject
                {
                    ["id"] = id,
                    ["ok"] = false,
                    ["error"] = told,
                }
            );
        }
    }

    /// <summary>The error code that the JavaScript packages share.</summary>
    public static string? CodeOf(Exception? error) =>
        error switch
        {
            HyperDhtException { Code: var code } => code,
            UdxException { Code: var code } => code,
            null => null,
            _ => error.GetType().Name,
        };

    private void Send(JsonObject message)
    {
        lock (_writing)
        {
            output.WriteLine(message.ToJsonString());
            output.Flush();
        }
    }
}
