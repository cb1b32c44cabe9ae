using System.Threading.Channels;

namespace Intercom.Cli.Terminal.Prompt;

/// <summary>
/// Lines from a pipe or file. A read there cannot be cancelled, so a thread of its own reads, one line ahead, and is left
/// behind at the end.
/// </summary>
internal sealed class PlainLines : ILineSource
{
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(1);
    private readonly SemaphoreSlim _room = new(1);

    public PlainLines(TextReader reader)
    {
        var thread = new Thread(() => Read(reader)) { IsBackground = true, Name = "standard input" };
        thread.Start();
    }

    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (!await _lines.Reader.WaitToReadAsync(cancellationToken) || !_lines.Reader.TryRead(out var line))
            return null;
        _room.Release();
        return line;
    }

    /// <summary>The thread may wait for its room for good: it is one that the process does not wait for.</summary>
    public void Dispose() => _lines.Writer.TryComplete();

    private void Read(TextReader reader)
    {
        try
        {
            while (reader.ReadLine() is { } line)
            {
                _room.Wait();
                _lines.Writer.TryWrite(line);
            }
        }
        catch (IOException)
        {
            // Input that breaks off ends like any other.
        }
        _lines.Writer.TryComplete();
    }
}
