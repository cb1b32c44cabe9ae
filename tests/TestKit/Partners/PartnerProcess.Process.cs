using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace TestKit.Partners;

/// <content>The child process and its three streams.</content>
public sealed partial class PartnerProcess
{
    private const int MaxErrorLines = 200;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ExitDeadline = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly Queue<string> _errorLines = new();
    private readonly Lock _errorLock = new();
    private volatile bool _ended;
    private Task _reading = Task.CompletedTask;
    private Task _readingErrors = Task.CompletedTask;

    /// <summary>Starts a partner and waits until it says that it is ready; the caller disposes it.</summary>
    /// <param name="name">What failures call it.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    public static async Task<PartnerProcess> StartAsync(string name, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = PartnerFolder.Root,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = TextEncoding.UTF8,
        };
        var process = Process.Start(start) ?? throw new PartnerException($"{program} could not be started.");
        var partner = new PartnerProcess(name, process);
        partner._reading = partner.ReadAsync();
        partner._readingErrors = partner.ReadErrorsAsync();
        try
        {
            await partner.ExpectAsync("", "ready", StartDeadline);
            return partner;
        }
        catch
        {
            await partner.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process at once, as a crash would: nothing is said to the network.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(ExitDeadline);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        await _reading;
        await _readingErrors;
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task WriteLineAsync(string line)
    {
        await _writing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            throw Failure("has ended");
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        string? fault = null;
        while (fault is null && await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            fault = Take(line);
        if (fault is not null)
            _process.Kill();
        await _readingErrors;
        _ended = true;
        foreach (var request in _requests.Values)
            request.TrySetException(Failure(fault ?? "ended before it answered"));
        foreach (var queue in _events.Values)
            queue.Writer.TryComplete();
    }

    private string? Take(string line)
    {
        JsonElement message;
        try
        {
            message = JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            return $"wrote a line that is not JSON: {line}";
        }
        if (!message.TryGetProperty("event", out var name))
        {
            if (_requests.TryGetValue(message.GetProperty("id").GetInt64(), out var request))
                request.TrySetResult(message);
            return null;
        }
        var told = new PartnerEvent(message.GetProperty("handle").GetString() ?? "", name.GetString() ?? "", message);
        return EventsOf(told.Handle, told.Name).Writer.TryWrite(told)
            ? null
            : $"more than {MaxQueuedEvents} events '{told.Name}' of {told.Handle} wait to be taken";
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lock (_errorLock)
            {
                _errorLines.Enqueue(line);
                if (_errorLines.Count > MaxErrorLines)
                    _errorLines.Dequeue();
            }
        }
    }

    private string DescribeErrors()
    {
        lock (_errorLock)
            return _errorLines.Count == 0 ? "" : $"\n--- its stderr ends with ---\n{string.Join('\n', _errorLines)}";
    }
}
