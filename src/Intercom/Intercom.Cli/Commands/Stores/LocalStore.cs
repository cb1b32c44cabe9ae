using System.CommandLine;
using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Intercom.Cli.Terminal;

namespace Intercom.Cli.Commands.Stores;

/// <summary>A store of cores on this machine while a command works with it, and what its commands have in common.</summary>
internal sealed record LocalStore(
    ParseResult Line,
    CorestoreStorage Storage,
    Corestore Names,
    Output Output,
    CancellationToken CancellationToken
)
{
    public static Argument<string> StoreArgument { get; } = new("store") { Description = "Folder of the store." };

    public static Argument<string> CoreArgument { get; } =
        new("core") { Description = "Name of the core in the store, or its key as 64 hexadecimal digits." };

    private static readonly Option<bool> _json = new("--json") { Description = "Print one JSON object a line." };

    /// <summary>A command on a store; <paramref name="body"/> runs on the loop of the store.</summary>
    /// <param name="name">The command.</param>
    /// <param name="description">What it does.</param>
    /// <param name="createIfMissing">Whether it makes the store.</param>
    /// <param name="body">What it does.</param>
    /// <param name="arguments">What follows the store.</param>
    /// <param name="options">Its own options.</param>
    public static Command Create(
        string name,
        string description,
        bool createIfMissing,
        Func<LocalStore, Task> body,
        IReadOnlyList<Argument>? arguments = null,
        IReadOnlyList<Option>? options = null
    )
    {
        var command = new Command(name, description) { StoreArgument };
        foreach (var argument in arguments ?? [])
            command.Arguments.Add(argument);
        foreach (var option in (IEnumerable<Option>)[.. options ?? [], _json])
            command.Options.Add(option);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                using var loop = new NetworkLoop();
                try
                {
                    await loop.InvokeAsync(() => RunAsync(loop, line, createIfMissing, body, cancellationToken));
                    return ExitCode.Done;
                }
                catch (HypercoreException error)
                {
                    throw new CommandException(ExitCode.Failed, error.Message);
                }
                catch (UnauthorizedAccessException error)
                {
                    throw new CommandException(ExitCode.Failed, $"The store cannot be used: {error.Message}");
                }
            }
        );
        return command;
    }

    /// <summary>The core that the line names.</summary>
    public Task<Hypercore> OpenCoreAsync(bool createIfMissing = false)
    {
        var text = Line.GetRequiredValue(CoreArgument);
        return Bytes32.TryParseHex(text, out var key)
            ? Names.GetAsync(key, createIfMissing: false)
            : Names.GetAsync(text, createIfMissing: createIfMissing);
    }

    private static async Task RunAsync(
        NetworkLoop loop,
        ParseResult line,
        bool createIfMissing,
        Func<LocalStore, Task> body,
        CancellationToken cancellationToken
    )
    {
        var options = new CorestoreStorageOptions { CreateIfMissing = createIfMissing };
        await using var storage = await CorestoreStorage.OpenAsync(loop, line.GetRequiredValue(StoreArgument), options);
        var names = await Corestore.OpenAsync(storage);
        await body(new LocalStore(line, storage, names, new Output(line.GetValue(_json)), cancellationToken));
    }
}
