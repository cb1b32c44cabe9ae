using System.CommandLine;
using System.Globalization;
using Hyper.Core;
using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary><c>intercom core create|append|cat|info</c>: one core of a local store; <c>replicate|seed</c>: its peers.</summary>
internal static class CoreCommands
{
    private static readonly Argument<string[]> _blocks = new("block")
    {
        Description = "Blocks to append, as text; without any, standard input is one block.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> _lines = new("--lines")
    {
        Description = "Each line of standard input is a block.",
    };

    private static readonly Option<int?> _start = NumberOption.CreateCount("--start", "First block to print.", 0);

    private static readonly Option<int?> _end = NumberOption.CreateCount(
        "--end",
        "One behind the last block to print.",
        null
    );

    public static Command Create() =>
        new("core", "Make, write, read, fetch and share cores of a store on this machine, while no peer has it open.")
        {
            LocalStore.Create(
                "create",
                "Make a core by name, and the store if there is none.",
                createIfMissing: true,
                CreateAsync,
                [LocalStore.CoreArgument],
                [EncryptionKeyOption.Option]
            ),
            LocalStore.Create(
                "append",
                "Append blocks to a core.",
                createIfMissing: false,
                AppendAsync,
                [LocalStore.CoreArgument, _blocks],
                [_lines, EncryptionKeyOption.Option]
            ),
            LocalStore.Create(
                "cat",
                "Print the blocks of a core as they are, one behind the other.",
                createIfMissing: false,
                CatAsync,
                [LocalStore.CoreArgument],
                [_start, _end, NetworkOptions.Remote, EncryptionKeyOption.Option],
                isNetworked: true
            ),
            LocalStore.Create(
                "info",
                "Show key, length and signature of a core.",
                createIfMissing: false,
                InfoAsync,
                [LocalStore.CoreArgument],
                [EncryptionKeyOption.Option]
            ),
            ReplicateCommand.Create(),
            SeedCommand.Create(),
        };

    /// <summary>What a core is, on a line or as JSON.</summary>
    public static void ShowInfo(Output output, Hypercore core, string? name)
    {
        var info = core.GetInfo();
        var json = new JsObject
        {
            ["type"] = "core",
            ["name"] = name,
            ["key"] = info.Key.ToHex(),
            ["id"] = CoreId.Encode(info.Key),
            ["discoveryKey"] = info.DiscoveryKey.ToHex(),
            ["length"] = info.Length,
            ["storedBlocks"] = info.StoredBlocks,
            ["contiguousLength"] = info.ContiguousLength,
            ["byteLength"] = info.ByteLength,
            ["fork"] = info.Fork,
            ["writable"] = core.IsWritable,
            ["treeHash"] = info.TreeHash.ToHex(),
        };
        output.Result(
            json,
            console =>
            {
                Output.Line(console, $"[blue]{name ?? "(no name)"}[/] {info.Key.ToHex()}");
                Output.Line(
                    console,
                    $"    {info.Length} blocks, {info.StoredBlocks} stored, {info.ByteLength} bytes, fork {info.Fork}, {(core.IsWritable ? "writable" : "read-only")}"
                );
            }
        );
    }

    private static async Task CreateAsync(LocalStore store)
    {
        await using var core = await store.OpenCoreAsync(createIfMissing: true);
        ShowInfo(store.Output, core, store.Line.GetRequiredValue(LocalStore.CoreArgument));
    }

    private static async Task InfoAsync(LocalStore store)
    {
        await using var core = await store.OpenCoreAsync();
        ShowInfo(store.Output, core, store.Line.GetRequiredValue(LocalStore.CoreArgument));
    }

    private static async Task AppendAsync(LocalStore store)
    {
        await using var core = await store.OpenCoreAsync();
        var blocks = await ReadBlocksAsync(store);
        var end = await core.AppendAsync(blocks, cancellationToken: store.CancellationToken);
        var json = new JsObject
        {
            ["type"] = "appended",
            ["blocks"] = blocks.Count,
            ["length"] = end.Length,
        };
        store.Output.Result(
            json,
            console =>
                Output.Line(
                    console,
                    $"{blocks.Count} block{(blocks.Count == 1 ? "" : "s")} appended, {end.Length} in all"
                )
        );
    }

    private static async Task<List<ReadOnlyMemory<byte>>> ReadBlocksAsync(LocalStore store)
    {
        var texts = store.Line.GetValue(_blocks) ?? [];
        if (texts.Length > 0)
            return [.. texts.Select(text => (ReadOnlyMemory<byte>)TextEncoding.UTF8.GetBytes(text))];
        // A read from a terminal cannot be cancelled, whatever its token: it is left behind instead.
        var reading = Task.Run(() => ReadInput(store.Line.GetValue(_lines)));
        return await reading.WaitAsync(store.CancellationToken);
    }

    private static List<ReadOnlyMemory<byte>> ReadInput(bool asLines)
    {
        using var input = Console.OpenStandardInput();
        using var bytes = new MemoryStream();
        input.CopyTo(bytes);
        ReadOnlyMemory<byte> all = bytes.ToArray();
        if (!asLines)
            return [all];
        var blocks = new List<ReadOnlyMemory<byte>>();
        while (all.Length > 0)
        {
            var end = all.Span.IndexOf((byte)'\n');
            blocks.Add(end < 0 ? all : all[..end]);
            all = end < 0 ? default : all[(end + 1)..];
        }
        return blocks;
    }

    private static async Task CatAsync(LocalStore store)
    {
        await using var reading = await CoreReading.OpenAsync(store);
        var core = reading.Core;
        var start = (ulong)(store.Line.GetValue(_start) ?? 0);
        var end = store.Line.GetValue(_end) is { } given ? Math.Min((ulong)given, core.Length) : core.Length;
        await using var raw = Console.OpenStandardOutput();
        for (var i = start; i < end; i++)
        {
            var block =
                await core.GetAsync(i, store.CancellationToken)
                ?? throw new CommandException(
                    ExitCode.Failed,
                    string.Create(CultureInfo.InvariantCulture, $"Block {i} is not stored here.")
                );
            if (store.Output.AsJson)
                store.Output.Result(BlockToJson(i, block), _ => { });
            else
                await raw.WriteAsync(block, store.CancellationToken);
        }
    }

    private static JsObject BlockToJson(ulong index, byte[] block) =>
        new()
        {
            ["type"] = "block",
            ["index"] = index,
            ["hex"] = Convert.ToHexStringLower(block),
        };
}
