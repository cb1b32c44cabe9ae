using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace TestKit.Programs;

/// <summary>The built program as a process. Its lines are kept as they come; waits for them have a deadline.</summary>
public sealed partial class IntercomProcess : IAsyncDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _results = [];
    private readonly List<string> _notes = [];
    private readonly Task _reading;
    private TaskCompletionSource _changed = NewSignal();

    private IntercomProcess(Process process, bool readsResults)
    {
        _process = process;
        _reading = Task.WhenAll(
            readsResults ? ReadAsync(process.StandardOutput, _results) : Task.CompletedTask,
            ReadAsync(process.StandardError, _notes)
        );
    }

    /// <summary>The built program, which a test project that refers to it has beside its own.</summary>
    public static string ProgramPath => Path.Combine(AppContext.BaseDirectory, "intercom.dll");

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Its results, for a test that reads them itself.</summary>
    public StreamReader ResultStream => _process.StandardOutput;

    /// <summary>The results so far.</summary>
    public string Results => Text(_results);

    /// <summary>What it wrote to its error stream so far.</summary>
    public string Notes => Text(_notes);

    /// <summary>The results so far, line by line.</summary>
    public IReadOnlyList<string> ResultLines
    {
        get
        {
            lock (_lock)
                return [.. _results];
        }
    }

    /// <summary>Starts the program in <paramref name="folder"/>.</summary>
    /// <param name="folder">Its working directory.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="readsResults">Whether its results are read; if not, the test does so.</param>
    public static IntercomProcess Start(
        string folder,
        IEnumerable<string> arguments,
        string? input = null,
        bool readsResults = true
    )
    {
        var started = StartProgram(folder, "dotnet", [ProgramPath, .. arguments], readsResults);
        if (input is not null)
            started._process.StandardInput.Write(input);
        started._process.StandardInput.Close();
        return started;
    }

    /// <summary>
    /// Starts any program, and leaves its standard input open. It takes SIGINT as one started at a terminal does, also where this
    /// run ignores it.
    /// </summary>
    public static IntercomProcess StartProgram(
        string folder,
        string program,
        IEnumerable<string> arguments,
        bool readsResults = true,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        (program, arguments) = InheritedSignals.Reset(program, [.. arguments]);
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new IntercomProcess(Process.Start(start)!, readsResults);
    }

    /// <summary>Writes to the standard input, which must have been left open.</summary>
    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for a line of results or notes that contains <paramref name="part"/>, and gives it.</summary>
    public async Task<string> LineAsync(string part, TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? _deadline);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_results.Concat(_notes).FirstOrDefault(line => line.Contains(part)) is { } found)
                    return found;
                if (_reading.IsCompleted)
                    Assert.Fail($"The program ended without a line with '{part}'.\n{Results}\n{Notes}");
                changed = Task.WhenAny(_changed.Task, _reading);
            }
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"No line with '{part}' within {within ?? _deadline}.\n{Results}\n{Notes}");
            }
        }
    }

    /// <summary>Waits for the end and gives the exit code.</summary>
    public async Task<int> EndAsync(string phase = "its end")
    {
        using var deadline = new CancellationTokenSource(_deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The program had not reached {phase} within {_deadline}.\n{Results}\n{Notes}");
        }
        return _process.ExitCode;
    }

    /// <summary>Asks it to end as a terminal does, and gives the exit code.</summary>
    public Task<int> StopAsync(int signal = Signals.Interrupt)
    {
        Signal(signal);
        return EndAsync("its stop");
    }

    /// <summary>Sends a signal of <see cref="Signals"/>.</summary>
    public void Signal(int signal) => Assert.True(TrySignal(signal), "The program has ended already.");

    /// <summary>Sends a signal; false when the program has ended.</summary>
    public bool TrySignal(int signal) => Kill(_process.Id, signal) == 0;

    /// <summary>Ends it with SIGKILL.</summary>
    public void Crash() => _process.Kill();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ReadAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            TaskCompletionSource changed;
            lock (_lock)
            {
                lines.Add(line);
                changed = _changed;
                _changed = NewSignal();
            }
            changed.SetResult();
        }
    }

    private string Text(List<string> lines)
    {
        lock (_lock)
            return string.Join('\n', lines);
    }
}
