using Hyper.Encoding.Json;
using Intercom.Bridge;
using Intercom.Node.Store;

namespace Intercom.Node.Tests;

public sealed class AuditFileTests : IDisposable
{
    private const int MaxBytes = 4096;

    private static readonly DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("intercom-").FullName;
    private readonly PeerStore _store;

    public AuditFileTests()
    {
        _store = new PeerStore(_directory, "peer");
        Directory.CreateDirectory(_store.Directory);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Entries_are_lines_of_JSON_that_the_owner_alone_reads()
    {
        await WriteAsync(new BridgeAuditEntry(_now, "agent", 3, "send", "c1", "sent", 2));
        await WriteAsync(new BridgeAuditEntry(_now, null, 4, "auth", null, "Unauthorized."));
        Assert.Equal(
            [
                """{"time":"2026-09-21T14:13:20.0000000Z","credential":"agent","client":3,"verb":"send","outcome":"sent","channel":"c1","count":2}""",
                """{"time":"2026-09-21T14:13:20.0000000Z","credential":null,"client":4,"verb":"auth","outcome":"Unauthorized."}""",
            ],
            await File.ReadAllLinesAsync(_store.AuditPath)
        );
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_store.AuditPath));
    }

    [Fact]
    public async Task Files_are_bounded_and_the_newest_entries_are_there()
    {
        const int Entries = 2000;
        await WriteAsync([.. Enumerable.Range(1, Entries).Select(Entry)]);
        var files = Directory.GetFiles(_store.Directory, "bridge.audit*").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(1 + AuditFile.OldFiles, files.Count);
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, MaxBytes));
        var newest = (await File.ReadAllLinesAsync(_store.AuditPath))[^1];
        Assert.True(JsJson.TryParse(newest, out var json));
        Assert.Equal(Entries, ((JsObject)json).GetNumber("client"));
        Assert.All(files, file => Assert.All(File.ReadLines(file), line => Assert.True(JsJson.TryParse(line, out _))));
    }

    [Fact]
    public async Task Entries_that_cannot_be_written_are_told_once_and_counted()
    {
        var faults = new List<Exception>();
        // A folder in the place of the file.
        Directory.CreateDirectory(_store.AuditPath);
        var audit = new AuditFile(_store, faults.Add, MaxBytes);
        await using (audit)
        {
            for (var i = 0; i < 100; i++)
                await audit.RecordAsync(Entry(i));
        }
        Assert.Single(faults);
        // What comes after the end is let go.
        await audit.RecordAsync(Entry(1));
    }

    [Fact]
    public async Task Full_disk_costs_the_entries_of_that_time_and_nothing_after_it()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        var faults = new List<Exception>();
        File.CreateSymbolicLink(_store.AuditPath, "/dev/full");
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var audit = new AuditFile(_store, Fail, MaxBytes))
        {
            await audit.RecordAsync(Entry(1));
            await failed.Task.WaitAsync(_patience);
            File.Delete(_store.AuditPath);
            await audit.RecordAsync(Entry(2));
        }

        Assert.Single(faults);
        var lines = await File.ReadAllLinesAsync(_store.AuditPath);
        Assert.Equal("""{"lost":1}""", lines[0]);
        Assert.Contains("\"client\":2", lines[1]);

        void Fail(Exception error)
        {
            faults.Add(error);
            failed.SetResult();
        }
    }

    [Fact]
    public async Task Line_that_was_cut_off_does_not_swallow_the_next()
    {
        await File.WriteAllTextAsync(_store.AuditPath, """{"time":"2026-""");
        await WriteAsync(Entry(1), Entry(2));
        var lines = await File.ReadAllLinesAsync(_store.AuditPath);
        Assert.Equal(3, lines.Length);
        Assert.All(lines[1..], line => Assert.True(JsJson.TryParse(line, out _)));
    }

    private static BridgeAuditEntry Entry(int client) => new(_now, "agent", client, "ping", null, "pong");

    private async Task WriteAsync(params BridgeAuditEntry[] entries)
    {
        await using var audit = new AuditFile(_store, error => Assert.Fail(error.ToString()), MaxBytes);
        foreach (var entry in entries)
            await audit.RecordAsync(entry);
    }
}
