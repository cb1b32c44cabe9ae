using System.Globalization;
using Intercom.Cli.Tests.Lab;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

/// <summary>Cores that one program seeds and others fetch, on a DHT of the test's own.</summary>
public sealed class ReplicateCommandTests : CliLab
{
    private const string Secret = "4141414141414141414141414141414141414141414141414141414141414141";

    [Fact]
    public async Task Core_is_seeded_fetched_followed_and_read_afterwards()
    {
        var key = await MakeAsync("theirs", "log", 300);
        var id = await IdAsync("theirs", "log");
        var seeder = await SeedAsync("theirs", "log");

        var range = await FetchAsync("ours", key, "--start", "10", "--end", "20", "--json");
        Assert.Contains("\"type\":\"replicated\"", range.Results);
        Assert.Contains("\"storedBlocks\":10,", range.Results);
        Assert.Contains("\"start\":10,\"end\":20", range.Results);
        var beyond = await FetchAsync("ours", key, "--start", "300");
        Assert.Equal((1, ""), (beyond.ExitCode, beyond.Results));
        Assert.Contains($"error: There is no block 300: the length of core {id} is 300.", beyond.Notes);
        var none = await FetchAsync("ours", key, "--start", "5", "--end", "5");
        Assert.Equal((2, ""), (none.ExitCode, none.Results));
        Assert.Contains("--start 5 is not below --end 5", none.Notes);
        var foreign = await RunAsync(["core", "append", "ours", key, "mine"]);
        Assert.Equal(1, foreign.ExitCode);
        Assert.StartsWith("error: SESSION_NOT_WRITABLE: cannot append to a readonly core: ", foreign.Notes);
        Assert.EndsWith(
            $"the secret key of core {key[..8]} is not here, and only who has it can write to the core.",
            foreign.Notes
        );
        var all = await FetchAsync("ours", id);
        Assert.Contains($"stored blocks 0 to 300 of {id}: length 300", all.Results);
        Assert.Equal(0, await seeder.StopAsync());
        Assert.Contains("stopping", seeder.Notes);

        var (exitCode, results, _) = await RunAsync(["core", "cat", "ours", key, "--start", "299"]);
        Assert.Equal((0, "block 299"), (exitCode, results));
        Assert.Contains("ok", (await RunAsync(["store", "check", "ours"])).Results);

        // What came by replication is handed on.
        var second = await SeedAsync("ours", key);
        Assert.Contains("length 300", (await FetchAsync("third", key)).Results);
        Assert.Equal(0, await second.StopAsync(Signals.Terminate));
    }

    [Fact]
    public async Task Live_fetch_goes_on_with_what_is_appended_later_and_serves_it()
    {
        var key = await MakeAsync("theirs", "log", 3);
        var seeder = await SeedAsync("theirs");
        var live = Start(["core", "replicate", "ours", key, "--live", .. await NetworkAsync()]);
        await live.LineAsync("stored blocks 0 to 3");
        var copy = await FetchAsync("third", key);
        Assert.Contains("length 3", copy.Results);
        await seeder.StopAsync();

        await RunAsync(["core", "append", "theirs", "log", "block 3", "block 4"]);
        await SeedAsync("theirs");

        await live.LineAsync("length 5, 5 stored");
        Assert.Equal(0, await live.StopAsync());
        Assert.Equal("block 4", (await RunAsync(["core", "cat", "ours", key, "--start", "4"])).Results);
    }

    [Fact]
    public async Task Several_cores_or_all_are_seeded_and_no_other()
    {
        var first = await MakeAsync("theirs", "a", 1);
        var second = await MakeAsync("theirs", "b", 2);
        var third = await MakeAsync("theirs", "c", 3);
        var some = await SeedAsync("theirs", "a", third);
        Assert.Contains("length 1", (await FetchAsync("ours", first)).Results);
        Assert.Contains("length 3", (await FetchAsync("ours", third)).Results);
        var missing = await FetchAsync("ours", second, "--timeout", "1s");
        Assert.Equal((3, ""), (missing.ExitCode, missing.Results));
        Assert.Contains("No peer of core ", missing.Notes);
        await some.StopAsync();

        await SeedAsync("theirs");
        Assert.Contains("length 2", (await FetchAsync("ours", second)).Results);
    }

    [Fact]
    public async Task Encrypted_core_is_served_without_the_key_and_read_with_it()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "secret"), Secret + "\n");
        string[] secret = ["--encryption-key", "secret"];
        await RunAsync(["core", "create", "theirs", "log", .. secret]);
        Assert.Equal(0, (await RunAsync(["core", "append", "theirs", "log", "in", " clear", .. secret])).ExitCode);
        var key = await KeyAsync("theirs", "log");
        await SeedAsync("theirs", "log");

        Assert.Contains("length 2, 24 bytes", (await FetchAsync("ours", key)).Results);
        Assert.Equal("in clear", (await RunAsync(["core", "cat", "ours", key, .. secret])).Results);
        Assert.NotEqual("in clear", (await RunAsync(["core", "cat", "ours", key])).Results);
        var byVariable = Keep(
            IntercomProcess.StartProgram(
                Folder,
                "dotnet",
                [IntercomProcess.ProgramPath, "core", "cat", "ours", key],
                environment: new Dictionary<string, string> { ["INTERCOM_ENCRYPTION_KEY"] = Secret }
            )
        );
        Assert.Equal(0, await byVariable.EndAsync());
        Assert.Equal("in clear", byVariable.Results);

        await RunAsync(["bee", "put", "theirs2", "map", "a", "1", .. secret]);
        Assert.Equal("1", (await RunAsync(["bee", "get", "theirs2", "map", "a", .. secret])).Results);
        var locked = await RunAsync(["bee", "get", "theirs2", "map", "a"]);
        Assert.Equal(1, locked.ExitCode);
        Assert.Contains("encrypted with another key", locked.Notes);
    }

    [Fact]
    public async Task Keys_that_are_wrong_are_refused_and_never_shown()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "bad"), "no key at all");
        foreach (var given in (string[])[Secret, "bad", "nowhere"])
        {
            var (exitCode, results, notes) = await RunAsync([
                "core",
                "create",
                "store",
                "log",
                "--encryption-key",
                given,
            ]);
            Assert.Equal((2, ""), (exitCode, results));
            Assert.StartsWith("error: --encryption-key", notes);
            Assert.DoesNotContain(Secret, notes);
            Assert.DoesNotContain("no key at all", notes);
        }
        var wrong = await RunAsync(["core", "replicate", "store", "no-key"]);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'no-key' is not the key of a core", wrong.Notes);
        Assert.False(Directory.Exists(Path.Combine(Folder, "store")));
        var both = await RunAsync(["core", "replicate", "store", Secret, "--live", "--end", "5"]);
        Assert.Equal((2, true), (both.ExitCode, both.Notes.Contains("--live and --end exclude each other")));
    }

    [Fact]
    public async Task Bee_of_a_peer_is_read_and_followed()
    {
        foreach (var name in (string[])["a", "b", "c"])
            await RunAsync(["bee", "put", "theirs", "map", name, $"value of {name}"]);
        var key = await KeyAsync("theirs", "map");
        var seeder = await SeedAsync("theirs", "map");
        string[] remote = ["--remote", .. await NetworkAsync()];

        Assert.Equal("value of b", (await RunAsync(["bee", "get", "ours", key, "b", .. remote])).Results);
        var range = await RunAsync(["bee", "range", "ours", key, "--gt", "a", .. remote]);
        Assert.Equal("b\tvalue of b\nc\tvalue of c", range.Results);
        var watch = Start(["bee", "watch", "ours", key, "--since", "3", "--follow", .. await NetworkAsync()]);
        await watch.LineAsync("put\tc\tvalue of c");
        await seeder.StopAsync();
        await RunAsync(["bee", "delete", "theirs", "map", "a"]);
        await SeedAsync("theirs", "map");
        await watch.LineAsync("delete\ta");
        Assert.Equal(0, await watch.StopAsync());
        var first = await RunAsync(["bee", "watch", "ours", key, "--limit", "1", "--json", .. remote]);
        Assert.Equal("""{"type":"put","seq":1,"key":"a","value":"value of a"}""", first.Results);
    }

    [Fact]
    public async Task Store_in_use_is_said_and_an_interrupted_fetch_says_how_far_it_came()
    {
        var key = await MakeAsync("theirs", "log", 3);
        var seeder = await SeedAsync("theirs", "log");
        var locked = await RunAsync(["core", "info", "theirs", "log"]);
        Assert.Equal(1, locked.ExitCode);
        Assert.Contains("STORAGE_LOCKED", locked.Notes);
        await seeder.StopAsync();

        var waiting = Start(["core", "replicate", "ours", key, .. await NetworkAsync()]);
        await waiting.LineAsync("looking for peers");
        Assert.Equal(1, await waiting.StopAsync());
        Assert.Contains("interrupted before it was done", waiting.Notes);
    }

    [Fact]
    public async Task Terminal_shows_a_bar()
    {
        Assert.SkipUnless(Pty.IsAvailable, "There is no `script` of util-linux to make a terminal.");
        var key = await MakeAsync("theirs", "log", 50);
        await SeedAsync("theirs", "log");
        var fetch = StartAtTerminal(["core", "replicate", "ours", key, .. await NetworkAsync()]);
        Assert.Equal(0, await fetch.EndAsync());
        Assert.Contains("[##############################] 100 %  50 of 50 blocks", fetch.Results);
        Assert.Contains("blocks 0 to 50 of", fetch.Results);
    }

    [Fact]
    public async Task Full_disk_ends_a_fetch_clearly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file size limit is set by a Unix shell.");
        await RunAsync(["core", "create", "theirs", "log"]);
        var lines = string.Concat(Enumerable.Repeat(new string('x', 60_000) + "\n", 40));
        Assert.Equal(0, (await RunAsync(["core", "append", "theirs", "log", "--lines"], lines)).ExitCode);
        var key = await KeyAsync("theirs", "log");
        await SeedAsync("theirs", "log");
        // Ignored, the signal becomes an error of the write. The runtime must not reserve its code in a file.
        var script =
            $"trap '' XFSZ; ulimit -f 600; exec dotnet '{IntercomProcess.ProgramPath}' core replicate ours {key} "
            + string.Join(' ', await NetworkAsync());
        var full = Keep(
            IntercomProcess.StartProgram(
                Folder,
                "bash",
                ["-c", script],
                environment: new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" }
            )
        );
        Assert.Equal(1, await full.EndAsync("the end of its space"));
        Assert.Contains("error: WRITE_FAILED: The store could not be written", full.Notes);
        Assert.Contains("length 40", (await FetchAsync("ours", key)).Results);
    }

    private async Task<string[]> NetworkAsync() => ["--dht-bootstrap", await BootstrapAsync()];

    private async Task<string> MakeAsync(string store, string core, int blocks)
    {
        Assert.Equal(0, (await RunAsync(["core", "create", store, core])).ExitCode);
        var lines = string.Concat(
            Enumerable.Range(0, blocks).Select(i => string.Create(CultureInfo.InvariantCulture, $"block {i}\n"))
        );
        Assert.Equal(0, (await RunAsync(["core", "append", store, core, "--lines"], lines)).ExitCode);
        return await KeyAsync(store, core);
    }

    private Task<string> KeyAsync(string store, string core) => FieldAsync(store, core, "key");

    private Task<string> IdAsync(string store, string core) => FieldAsync(store, core, "id");

    private async Task<string> FieldAsync(string store, string core, string field)
    {
        var info = (await RunAsync(["core", "info", store, core, "--json"])).Results;
        return info.Split($"\"{field}\":\"")[1].Split('"')[0];
    }

    private async Task<IntercomProcess> SeedAsync(string store, params string[] cores)
    {
        var seeder = Start(["core", "seed", store, .. cores, .. await NetworkAsync()]);
        await seeder.LineAsync("announced");
        return seeder;
    }

    private async Task<(int ExitCode, string Results, string Notes)> FetchAsync(
        string store,
        string key,
        params string[] more
    ) => await RunAsync(["core", "replicate", store, key, .. more, .. await NetworkAsync()]);
}
