using System.CommandLine;
using Hyper.Core;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Hyper.Swarm;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary><c>intercom core replicate</c>: fetches a core from the peers that are found under its discovery key.</summary>
internal static class ReplicateCommand
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(250);

    private static readonly Argument<Bytes32> _key = new("key")
    {
        Description = "Key of the core: 64 hexadecimal digits or 52 letters.",
        CustomParser = result =>
        {
            if (!CoreId.TryDecode(result.Tokens[^1].Value, out var key))
                result.AddError(
                    $"'{result.Tokens[^1].Value}' is not the key of a core; allowed is 64 hexadecimal digits or 52 letters"
                );
            return key;
        },
    };

    private static readonly Option<int?> _start = NumberOption.CreateCount("--start", "First block to fetch.", 0);

    private static readonly Option<int?> _end = NumberOption.CreateCount(
        "--end",
        "One behind the last block to fetch (default: as long as the core is).",
        null
    );

    private static readonly Option<bool> _live = new("--live")
    {
        Description =
            "Go on with what is appended, and serve it to others, until Ctrl-C; waits for peers as long as it takes.",
    };

    public static Command Create()
    {
        var command = LocalStore.Create(
            "replicate",
            "Fetch a core from its peers into a store, which is made if there is none; fetches only what is missing.",
            createIfMissing: true,
            ReplicateAsync,
            [_key],
            [_start, _end, _live, EncryptionKeyOption.Option],
            isNetworked: true
        );
        command.Validators.Add(result =>
        {
            if (result.GetValue(_live) && result.GetResult(_end) is { Implicit: false })
                result.AddError("--live and --end exclude each other");
            if (result.GetValue(_end) is { } end && result.GetValue(_start) is { } start && start >= end)
                result.AddError($"--start {start} is not below --end {end}: that is no block");
        });
        return command;
    }

    private static async Task ReplicateAsync(LocalStore store)
    {
        var line = store.Line;
        var isLive = line.GetValue(_live);
        await using var core = await store.Names.GetAsync(line.GetValue(_key), encryption: store.Encryption);
        await using var network = await StoreNetwork.JoinAsync(store, core.Replicate);
        network.Swarm.Join(core.DiscoveryKey, new JoinOptions { Server = isLive });
        try
        {
            var patience = store.Patience ?? (isLive ? Timeout.InfiniteTimeSpan : NetworkOptions.DefaultPatience);
            if (!store.Output.AsJson)
                Output.Note($"looking for peers of {CoreId.Encode(core.Key)}");
            await network.FindAsync(core, patience, store.CancellationToken);
            var start = (ulong)(line.GetValue(_start) ?? 0);
            if (!isLive && start > 0 && start >= core.Length)
                throw new CommandException(
                    ExitCode.Failed,
                    $"There is no block {start}: the length of core {CoreId.Encode(core.Key)} is {core.Length}."
                );
            var end = Math.Min(line.GetValue(_end) is { } given ? (ulong)given : core.Length, core.Length);
            await FetchAsync(store, core, Math.Min(start, end), end, patience);
            ShowDone(store.Output, core, Math.Min(start, end), end);
            if (isLive)
                await FollowAsync(store, core, start);
        }
        catch (OperationCanceledException) when (isLive && store.CancellationToken.IsCancellationRequested)
        {
            Output.Note("stopping");
        }
    }

    /// <summary>Waits until a range is stored, as long as something comes.</summary>
    private static async Task FetchAsync(LocalStore store, Hypercore core, ulong start, ulong end, TimeSpan patience)
    {
        var time = store.Storage.Loop.Time;
        using var download = core.Download(new DownloadRange { Start = start, End = end });
        using var progress = new TransferProgress(store, core, start, end);
        var (seen, changedAt) = (progress.Report(), time.GetTimestamp());
        while (!download.Completion.IsCompleted)
        {
            await Task.WhenAny(download.Completion, Task.Delay(_period, time, store.CancellationToken));
            var stored = progress.Report();
            if (store.CancellationToken.IsCancellationRequested)
            {
                progress.Dispose();
                Output.Note($"{stored} of {end - start} blocks are stored; the same command goes on from there");
                store.CancellationToken.ThrowIfCancellationRequested();
            }
            if (stored != seen)
                (seen, changedAt) = (stored, time.GetTimestamp());
            else if (patience != Timeout.InfiniteTimeSpan && time.GetElapsedTime(changedAt) > patience)
                throw new CommandException(
                    ExitCode.Failed,
                    $"Nothing came for {patience.TotalSeconds:0} s, with {TransferProgress.PeersText(core.Peers.Count)} "
                        + $"connected: {stored} of {end - start} blocks are stored; the same command goes on from there."
                );
        }
        await download.Completion;
    }

    /// <summary>Fetches what is appended, and says so, until the command is stopped.</summary>
    private static async Task FollowAsync(LocalStore store, Hypercore core, ulong start)
    {
        using var download = core.Download(new DownloadRange { Start = start });
        var told = (core.Length, core.Fork, core.CountStored(0, core.Length));
        while (true)
        {
            await Task.WhenAny(
                download.Completion,
                Task.Delay(_period, store.Storage.Loop.Time, store.CancellationToken)
            );
            store.CancellationToken.ThrowIfCancellationRequested();
            // Without an end it completes only by failing.
            if (download.Completion.IsCompleted)
                await download.Completion;
            var now = (core.Length, core.Fork, core.CountStored(0, core.Length));
            if (now != told)
                ShowState(store.Output, core);
            told = now;
        }
    }

    private static void ShowDone(Output output, Hypercore core, ulong start, ulong end)
    {
        var json = Describe("replicated", core);
        json["start"] = start;
        json["end"] = end;
        output.Result(
            json,
            console =>
                Output.Line(
                    console,
                    $"[green]stored[/] blocks {start} to {end} of {CoreId.Encode(core.Key)}: length {core.Length}, {core.ByteLength} bytes, fork {core.Fork}"
                )
        );
    }

    private static void ShowState(Output output, Hypercore core)
    {
        var json = Describe("length", core);
        output.Result(
            json,
            console =>
                Output.Line(
                    console,
                    $"length {core.Length}, {core.CountStored(0, core.Length)} stored, fork {core.Fork}, {TransferProgress.PeersText(core.Peers.Count)}"
                )
        );
    }

    private static JsObject Describe(string type, Hypercore core) =>
        new()
        {
            ["type"] = type,
            ["key"] = core.Key.ToHex(),
            ["length"] = core.Length,
            ["storedBlocks"] = core.CountStored(0, core.Length),
            ["byteLength"] = core.ByteLength,
            ["fork"] = core.Fork,
            ["peers"] = core.Peers.Count,
        };
}
