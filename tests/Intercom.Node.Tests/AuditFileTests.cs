using Hyper.Encoding.Json;
using Intercom.Bridge;
using Intercom.Node.Store;

namespace Intercom.Node.Tests;

public sealed class AuditFileTests : IDisposable
{
    private const int MaxBytes = 4096;

    private static readonly DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

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

    private static BridgeAuditEntry Entry(int client) => new(_now, "agent", client, "ping", null, "pong");

    private async Task WriteAsync(params BridgeAuditEntry[] entries)
    {
        await using var audit = new AuditFile(_store, error => Assert.Fail(error.ToString()), MaxBytes);
        foreach (var entry in entries)
            await audit.RecordAsync(entry);
    }
}
