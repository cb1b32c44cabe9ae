using System.CommandLine;
using Hyper.Bee;
using Hyper.Core;
using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary>
/// <c>intercom bee get|put|delete|range|watch</c>: a sorted map in a core of a local store, or of peers. Keys and values are text.
/// </summary>
internal static class BeeCommands
{
    private static readonly Argument<string> _key = new("key") { Description = "The key, as text." };

    private static readonly Argument<string> _value = new("value") { Description = "The value, as text." };

    private static readonly Option<string?> _gt = Bound("--gt", "Keys above this one.");
    private static readonly Option<string?> _gte = Bound("--gte", "Keys from this one up.");
    private static readonly Option<string?> _lt = Bound("--lt", "Keys below this one.");
    private static readonly Option<string?> _lte = Bound("--lte", "Keys up to this one.");

    private static readonly Option<bool> _reverse = new("--reverse")
    {
        Description = "From the last key to the first.",
    };

    private static readonly Option<int?> _limit = NumberOption.CreateCount("--limit", "At most so many entries.", null);

    private static readonly Option<int?> _since = NumberOption.CreateCount(
        "--since",
        "Begin behind this version; 1, the default, is the empty bee.",
        1,
        least: 1
    );

    public static Command Create() =>
        new("bee", "Read and write a sorted map in a core of a store on this machine, or follow one of peers.")
        {
            LocalStore.Create(
                "get",
                "Print the value of a key.",
                createIfMissing: false,
                store => WithBeeAsync(store, createIfMissing: false, GetAsync),
                [LocalStore.CoreArgument, _key],
                [NetworkOptions.Remote, EncryptionKeyOption.Option],
                isNetworked: true
            ),
            LocalStore.Create(
                "put",
                "Set a key; makes core and store if there are none.",
                createIfMissing: true,
                store => WithBeeAsync(store, createIfMissing: true, PutAsync),
                [LocalStore.CoreArgument, _key, _value],
                [EncryptionKeyOption.Option]
            ),
            LocalStore.Create(
                "delete",
                "Remove a key.",
                createIfMissing: false,
                store => WithBeeAsync(store, createIfMissing: false, DeleteAsync),
                [LocalStore.CoreArgument, _key],
                [EncryptionKeyOption.Option]
            ),
            LocalStore.Create(
                "range",
                "Print entries in the order of their keys.",
                createIfMissing: false,
                store => WithBeeAsync(store, createIfMissing: false, RangeAsync),
                [LocalStore.CoreArgument],
                [_gt, _gte, _lt, _lte, _reverse, _limit, NetworkOptions.Remote, EncryptionKeyOption.Option],
                isNetworked: true
            ),
            LocalStore.Create(
                "watch",
                "Print what was written, in order; with --follow also what comes.",
                createIfMissing: false,
                store => WithBeeAsync(store, createIfMissing: false, WatchAsync),
                [LocalStore.CoreArgument],
                [_since, _limit, CoreReading.Follow, NetworkOptions.Remote, EncryptionKeyOption.Option],
                isNetworked: true
            ),
        };

    private static async Task WithBeeAsync(
        LocalStore store,
        bool createIfMissing,
        Func<LocalStore, Hyperbee, Task> body
    )
    {
        await using var reading = await CoreReading.OpenAsync(store, createIfMissing);
        await using var bee = new Hyperbee(reading.Core);
        try
        {
            await VerifyAsync(store, bee);
            await body(store, bee);
        }
        catch (HyperbeeException error)
        {
            throw new CommandException(ExitCode.Failed, error.Message);
        }
    }

    private static async Task VerifyAsync(LocalStore store, Hyperbee bee)
    {
        const string other =
            "The core holds something else than a bee: its first block names another protocol, or it is "
            + "encrypted with another key than was given.";
        try
        {
            if (await bee.GetHeaderAsync(store.CancellationToken) is { Protocol: not BeeHeader.BeeProtocol })
                throw new CommandException(ExitCode.Failed, other);
        }
        catch (HyperbeeException error) when (error.Code == HyperbeeErrorCode.DecodingError)
        {
            throw new CommandException(ExitCode.Failed, other);
        }
    }

    private static async Task GetAsync(LocalStore store, Hyperbee bee)
    {
        var key = store.Line.GetRequiredValue(_key);
        var entry =
            await bee.GetAsync(Bytes(key), store.CancellationToken)
            ?? throw new CommandException(ExitCode.Failed, $"There is no key '{key}'.");
        store.Output.Result(ToJson(entry), console => Output.Line(console, $"{Text(entry.Value)}"));
    }

    private static async Task PutAsync(LocalStore store, Hyperbee bee)
    {
        var value = Bytes(store.Line.GetRequiredValue(_value));
        await bee.PutAsync(Bytes(store.Line.GetRequiredValue(_key)), value, cancellationToken: store.CancellationToken);
        ShowVersion(store, bee, "put");
    }

    private static async Task DeleteAsync(LocalStore store, Hyperbee bee)
    {
        var key = store.Line.GetRequiredValue(_key);
        if (!await bee.DeleteAsync(Bytes(key), cancellationToken: store.CancellationToken))
            throw new CommandException(ExitCode.Failed, $"There is no key '{key}'.");
        ShowVersion(store, bee, "deleted");
    }

    private static async Task RangeAsync(LocalStore store, Hyperbee bee)
    {
        var line = store.Line;
        var range = new BeeRange
        {
            Gt = Bytes(line, _gt),
            Gte = Bytes(line, _gte),
            Lt = Bytes(line, _lt),
            Lte = Bytes(line, _lte),
            Reverse = line.GetValue(_reverse),
            Limit = line.GetValue(_limit),
        };
        await foreach (var entry in bee.GetRangeAsync(range, store.CancellationToken))
            store.Output.Result(
                ToJson(entry),
                console => Output.Line(console, $"{Text(entry.Key)}\t{Text(entry.Value)}")
            );
    }

    private static async Task WatchAsync(LocalStore store, Hyperbee bee)
    {
        var line = store.Line;
        var since = (ulong)line.GetValue(_since)!.Value;
        var left = line.GetValue(_limit) ?? int.MaxValue;
        var isFollowing = line.GetValue(CoreReading.Follow);
        using var download = isFollowing ? bee.Core.Download(new DownloadRange { Start = bee.Core.Length }) : null;
        var changes = isFollowing
            ? bee.GetLiveHistoryAsync(since, store.CancellationToken)
            : bee.GetHistoryAsync(new BeeHistoryRange { Gte = (long)since, Limit = left }, store.CancellationToken);
        try
        {
            if (left == 0)
                return;
            await foreach (var change in changes)
            {
                ShowChange(store, change);
                if (--left == 0)
                    return;
            }
        }
        catch (OperationCanceledException) when (isFollowing && store.CancellationToken.IsCancellationRequested)
        {
            Output.Note("stopping");
        }
    }

    private static void ShowChange(LocalStore store, BeeChange change)
    {
        var json = ToJson(change.Entry);
        json["type"] = change.IsDeletion ? "delete" : "put";
        store.Output.Result(
            json,
            console =>
            {
                if (change.IsDeletion)
                    Output.Line(console, $"delete\t{Text(change.Entry.Key)}");
                else
                    Output.Line(console, $"put\t{Text(change.Entry.Key)}\t{Text(change.Entry.Value)}");
            }
        );
    }

    private static void ShowVersion(LocalStore store, Hyperbee bee, string type)
    {
        var json = new JsObject { ["type"] = type, ["version"] = bee.Version };
        store.Output.Result(json, console => Output.Line(console, $"{type}, version {bee.Version}"));
    }

    private static JsObject ToJson(BeeEntry entry) =>
        new()
        {
            ["type"] = "entry",
            ["seq"] = entry.Seq,
            ["key"] = Text(entry.Key),
            ["value"] = entry.Value is null ? JsValue.Null : Text(entry.Value),
        };

    private static string Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } given ? TextEncoding.UTF8.GetString(given.Span) : "";

    private static byte[] Bytes(string text) => TextEncoding.UTF8.GetBytes(text);

    private static ReadOnlyMemory<byte>? Bytes(ParseResult line, Option<string?> option) =>
        line.GetValue(option) is { } text ? (ReadOnlyMemory<byte>?)Bytes(text) : null;

    private static Option<string?> Bound(string name, string description) =>
        new(name) { Description = description, HelpName = "key" };
}
