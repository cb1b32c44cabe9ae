using System.Globalization;
using System.Threading.Channels;
using Hyper.Encoding.Json;
using Intercom.Bridge;

namespace Intercom.Node.Store;

/// <summary>
/// The audit log of a peer's bridge: <c>bridge.audit.jsonl</c> in the store, one JSON object a line, readable by the owner
/// alone. When it is full it becomes <c>bridge.audit.1.jsonl</c>, the one before it <c>.2</c>, and the oldest goes.
/// </summary>
/// <remarks>
/// One task writes. Entries wait in a bounded queue; while it is full, clients of the bridge wait. Entries that could not
/// be written, for want of space say, are counted, and told by a line <c>{"lost":n}</c> when writing works again.
/// </remarks>
public sealed class AuditFile : IBridgeAudit, IAsyncDisposable
{
    /// <summary>Size at which a file is put aside.</summary>
    public const int DefaultMaxBytes = 4 * 1024 * 1024;

    /// <summary>Files beside the current one.</summary>
    public const int OldFiles = 3;

    private const int MaxWaiting = 1024;

    private readonly Channel<BridgeAuditEntry> _entries = Channel.CreateBounded<BridgeAuditEntry>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true }
    );
    private readonly string _path;
    private readonly int _maxBytes;
    private readonly Task _writing;
    private readonly Action<Exception>? _onFault;
    private FileStream? _file;
    private long _lost;

    /// <summary>Begins to write at the end of what is there.</summary>
    /// <param name="store">The peer's store; its folder is there.</param>
    /// <param name="onFault">Told when writing fails after it worked.</param>
    /// <param name="maxBytes">Size at which a file is put aside.</param>
    public AuditFile(PeerStore store, Action<Exception>? onFault = null, int maxBytes = DefaultMaxBytes)
    {
        _path = store.AuditPath;
        _maxBytes = maxBytes;
        _onFault = onFault;
        _writing = WriteAllAsync();
    }

    /// <inheritdoc/>
    public async ValueTask RecordAsync(BridgeAuditEntry entry)
    {
        try
        {
            await _entries.Writer.WriteAsync(entry);
        }
        catch (ChannelClosedException)
        {
            // The peer stops, and its bridge before it: this is a client's farewell, too late to be written.
        }
    }

    /// <summary>Writes what waits, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _writing;
        if (_file is not null)
            await _file.DisposeAsync();
    }

    private async Task WriteAllAsync()
    {
        var lines = new MemoryStream();
        while (await _entries.Reader.WaitToReadAsync())
        {
            var count = 0;
            lines.SetLength(0);
            while (lines.Length < _maxBytes / 4 && _entries.Reader.TryRead(out var entry))
            {
                AddLine(lines, ToJson(entry));
                count++;
            }
            Write(lines, count);
        }
    }

    private void Write(MemoryStream lines, int count)
    {
        try
        {
            if (_file?.Length + lines.Length > _maxBytes)
                Rotate();
            _file ??= Open();
            if (_lost > 0)
                AddLine(_file, new JsObject { ["lost"] = _lost });
            _file.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            _lost = 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (_lost == 0)
                _onFault?.Invoke(error);
            _lost += count;
            _file?.Dispose();
            _file = null;
        }
    }

    /// <summary>Begins on a line of its own also behind one that a full disk or a crash has cut off.</summary>
    private FileStream Open()
    {
        var isCutOff = EndsWithinLine(_path);
        var file = OwnerOnlyFile.OpenToAppend(_path);
        if (isCutOff)
            file.WriteByte((byte)'\n');
        return file;
    }

    private static bool EndsWithinLine(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() is not '\n';
    }

    private void Rotate()
    {
        _file!.Dispose();
        _file = null;
        for (var number = OldFiles; number > 1; number--)
        {
            if (File.Exists(OldPath(number - 1)))
                File.Move(OldPath(number - 1), OldPath(number), overwrite: true);
        }
        File.Move(_path, OldPath(1), overwrite: true);
    }

    private string OldPath(int number) =>
        Path.ChangeExtension(_path, string.Create(CultureInfo.InvariantCulture, $"{number}.jsonl"));

    private static void AddLine(Stream lines, JsObject line)
    {
        lines.Write(JsJson.StringifyToUtf8(line));
        lines.WriteByte((byte)'\n');
    }

    private static JsObject ToJson(BridgeAuditEntry entry)
    {
        var json = new JsObject
        {
            ["time"] = entry.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["credential"] = entry.Credential,
            ["client"] = entry.Client,
            ["verb"] = entry.Verb,
            ["outcome"] = entry.Outcome,
        };
        if (entry.Channel is not null)
            json["channel"] = entry.Channel;
        if (entry.Count is { } count)
            json["count"] = count;
        return json;
    }
}
