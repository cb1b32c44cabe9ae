using System.CommandLine;
using Hyper.Core;
using Hyper.Encoding.Json;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary><c>intercom store info|check|compact</c>: a whole store of cores.</summary>
internal static class StoreCommands
{
    private static readonly Option<bool> _repair = new("--repair")
    {
        Description = "Forget blocks and nodes that are wrong or missing, so that they can be fetched again.",
    };

    public static Command Create() =>
        new("store", "Look after a store of cores on this machine, while no peer has it open.")
        {
            LocalStore.Create("info", "List the cores of a store.", createIfMissing: false, InfoAsync),
            LocalStore.Create(
                "check",
                "Read and verify every block of every core.",
                createIfMissing: false,
                CheckAsync,
                options: [_repair]
            ),
            LocalStore.Create(
                "compact",
                "Give the space of what was deleted back to the disk.",
                createIfMissing: false,
                CompactAsync
            ),
        };

    private static async Task InfoAsync(LocalStore store)
    {
        var cores = await store.Storage.ListCoresAsync();
        foreach (var listed in cores)
        {
            store.CancellationToken.ThrowIfCancellationRequested();
            await using var core = await store.Names.GetStoredAsync(listed.DiscoveryKey);
            CoreCommands.ShowInfo(store.Output, core, listed.Name);
        }
        if (!store.Output.AsJson)
            Output.Note($"{cores.Count} cores, {SizeText(SizeOf(store))} on disk");
    }

    private static async Task CheckAsync(LocalStore store)
    {
        var repair = store.Line.GetValue(_repair);
        var cores = await store.Storage.ListCoresAsync();
        var damaged = 0;
        for (var i = 0; i < cores.Count; i++)
        {
            var title = cores[i].Name ?? cores[i].DiscoveryKey.ToHex()[..16];
            using var progress = new ProgressNote($"core {i + 1} of {cores.Count} ({title})", store.Output);
            var (audit, failure) = await AuditAsync(store, cores[i], repair, progress);
            progress.Dispose();
            var problem = failure ?? audit!.FirstProblem;
            damaged += problem is null ? 0 : 1;
            ShowCheck(store.Output, cores[i], audit, problem);
        }
        if (damaged > 0)
            throw new CommandException(
                ExitCode.Failed,
                $"{damaged} of {cores.Count} cores are damaged"
                    + (repair ? "; what was wrong in their blocks and nodes has been forgotten." : ".")
            );
        if (!store.Output.AsJson)
            Output.Note($"{cores.Count} cores are whole");
    }

    private static async Task<(CoreAudit? Audit, string? Failure)> AuditAsync(
        LocalStore store,
        StoredCore listed,
        bool repair,
        ProgressNote progress
    )
    {
        try
        {
            await using var core = await store.Names.GetStoredAsync(listed.DiscoveryKey);
            var length = core.Length;
            return (
                await core.AuditAsync(repair, done => progress.Report(done, length), store.CancellationToken),
                null
            );
        }
        catch (HypercoreException error)
        {
            return (null, error.Message);
        }
    }

    private static void ShowCheck(Output output, StoredCore core, CoreAudit? audit, string? problem)
    {
        var json = new JsObject
        {
            ["type"] = "core",
            ["discoveryKey"] = core.DiscoveryKey.ToHex(),
            ["name"] = core.Name,
            ["ok"] = problem is null,
            ["blocks"] = audit?.Blocks ?? 0,
        };
        if (problem is not null)
            json["problem"] = problem;
        output.Result(
            json,
            console =>
            {
                var title = core.Name ?? core.DiscoveryKey.ToHex();
                if (problem is null)
                    Output.Line(console, $"[green]ok[/] {title}: {audit!.Blocks} blocks");
                else
                    Output.Line(console, $"[red]damaged[/] {title}: {problem}");
            }
        );
    }

    private static async Task CompactAsync(LocalStore store)
    {
        var before = SizeOf(store);
        await store.Storage.CompactAsync();
        var after = SizeOf(store);
        var json = new JsObject
        {
            ["type"] = "compacted",
            ["bytesBefore"] = before,
            ["bytesAfter"] = after,
        };
        store.Output.Result(json, console => Output.Line(console, $"{SizeText(before)} before, {SizeText(after)} now"));
    }

    private static long SizeOf(LocalStore store) =>
        new DirectoryInfo(store.Line.GetRequiredValue(LocalStore.StoreArgument))
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => file.Length);

    private static string SizeText(long bytes) =>
        bytes < 1 << 20 ? $"{(bytes + 1023) / 1024} KiB" : $"{bytes / (1 << 20)} MiB";
}
