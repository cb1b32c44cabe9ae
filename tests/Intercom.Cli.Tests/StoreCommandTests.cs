using Intercom.Cli.Tests.Lab;

namespace Intercom.Cli.Tests;

/// <summary>Stores of cores from the command line.</summary>
public sealed class StoreCommandTests : CliLab
{
    [Fact]
    public async Task Core_is_made_appended_to_printed_and_described()
    {
        Assert.Equal(0, (await RunAsync(["core", "create", "store", "log"])).ExitCode);
        Assert.Contains(
            "2 blocks appended, 2 in all",
            (await RunAsync(["core", "append", "store", "log", "one ", "two"])).Results
        );
        var fromInput = await RunAsync(["core", "append", "store", "log", "--lines", "--json"], "three\nfour\n");
        Assert.Contains("\"length\":4", fromInput.Results);

        Assert.Equal("one twothreefour", (await RunAsync(["core", "cat", "store", "log"])).Results);
        var last = await RunAsync(["core", "cat", "store", "log", "--start", "3", "--json"]);
        Assert.Equal("""{"type":"block","index":3,"hex":"666f7572"}""", last.Results);

        var info = (await RunAsync(["core", "info", "store", "log", "--json"])).Results;
        Assert.Contains("\"length\":4", info);
        Assert.Contains("\"writable\":true", info);
        var key = info.Split("\"key\":\"")[1][..64];
        Assert.Contains(key, (await RunAsync(["core", "info", "store", key])).Results);
        Assert.Contains(key, (await RunAsync(["store", "info", "store"])).Results);
    }

    [Fact]
    public async Task Bee_is_put_into_read_ranged_and_deleted_from()
    {
        foreach (var name in (string[])["b", "a", "c"])
            Assert.Equal(0, (await RunAsync(["bee", "put", "store", "map", name, $"value of {name}"])).ExitCode);
        Assert.Equal("value of a", (await RunAsync(["bee", "get", "store", "map", "a"])).Results);
        Assert.Equal(
            "b\tvalue of b\nc\tvalue of c",
            (await RunAsync(["bee", "range", "store", "map", "--gt", "a"])).Results
        );
        var reversed = await RunAsync(["bee", "range", "store", "map", "--reverse", "--limit", "1", "--json"]);
        Assert.Equal("""{"type":"entry","seq":3,"key":"c","value":"value of c"}""", reversed.Results);
        Assert.Equal(0, (await RunAsync(["bee", "delete", "store", "map", "a"])).ExitCode);
        var missing = await RunAsync(["bee", "get", "store", "map", "a"]);
        Assert.Equal((1, "error: There is no key 'a'."), (missing.ExitCode, missing.Notes));

        await RunAsync(["core", "create", "store", "log"]);
        var one = await RunAsync(["core", "append", "store", "log", "no header of a bee"]);
        Assert.Equal("1 block appended, 1 in all", one.Results);
        Assert.Equal(1, (await RunAsync(["bee", "get", "store", "log", "a"])).ExitCode);
    }

    [Fact]
    public async Task Store_is_checked_and_compacted()
    {
        await RunAsync(["core", "create", "store", "log"]);
        await RunAsync(["core", "append", "store", "log", "one", "two"]);
        var check = await RunAsync(["store", "check", "store"]);
        Assert.Equal((0, "ok log: 2 blocks"), (check.ExitCode, check.Results));
        Assert.Contains("\"ok\":true", (await RunAsync(["store", "check", "store", "--json"])).Results);
        Assert.Equal(0, (await RunAsync(["store", "compact", "store"])).ExitCode);
        Assert.Equal("onetwo", (await RunAsync(["core", "cat", "store", "log"])).Results);

        // A table of the database, damaged in the middle.
        var table = Directory.GetFiles(Path.Combine(Folder, "store", "db"), "*.sst")[0];
        var bytes = await File.ReadAllBytesAsync(table, TestContext.Current.CancellationToken);
        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(table, bytes, TestContext.Current.CancellationToken);
        var damaged = await RunAsync(["store", "check", "store"]);
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("STORAGE_CORRUPT", damaged.Results + damaged.Notes);
    }

    [Theory]
    [InlineData("STORAGE_EMPTY: No store of cores is in nowhere.", "store", "info", "nowhere")]
    [InlineData("STORAGE_EMPTY: No store of cores is in nowhere.", "core", "append", "nowhere", "log", "x")]
    public async Task Missing_store_is_said_and_not_made(string said, params string[] arguments)
    {
        var (exitCode, results, notes) = await RunAsync(arguments);
        Assert.Equal((1, "", $"error: {said}"), (exitCode, results, notes));
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Missing_core_is_said_and_help_names_the_options()
    {
        await RunAsync(["core", "create", "store", "log"]);
        var missing = await RunAsync(["core", "cat", "store", "other"]);
        Assert.Equal(
            (1, "error: STORAGE_EMPTY: No core named 'other' is stored here."),
            (missing.ExitCode, missing.Notes)
        );
        var help = await RunAsync(["core", "append", "--help"]);
        Assert.Contains("--lines", help.Results);
    }
}
