using System.CommandLine;
using Hyper.Core;
using Hyper.Loop;
using Intercom.Cli.Terminal;
using Intercom.Node;

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
        new("core") { Description = "Name of the core in the store, or its key: 64 hexadecimal digits or 52 letters." };

    private static readonly Option<bool> _json = new("--json") { Description = "Print one JSON object a line." };

    /// <summary>What the blocks of the core are encrypted with; null if the line says nothing.</summary>
    public BlockEncryption? Encryption { get; init; }

    /// <summary>The network that the line names, for a command that has its options.</summary>
    public PeerOptions Network { get; init; } = new();

    /// <summary>How long nothing may come before a command gives up, if the line says so.</summary>
    public TimeSpan? Patience => Line.GetValue(NetworkOptions.Timeout);

    /// <summary>A command on a store; <paramref name="body"/> runs on the loop of the store.</summary>
    /// <param name="name">The command.</param>
    /// <param name="description">What it does.</param>
    /// <param name="createIfMissing">Whether it makes the store; one that fetches from peers does.</param>
    /// <param name="body">What it does.</param>
    /// <param name="arguments">What follows the store.</param>
    /// <param name="options">Its own options.</param>
    /// <param name="isNetworked">Whether it has the options of the network.</param>
    public static Command Create(
        string name,
        string description,
        bool createIfMissing,
        Func<LocalStore, Task> body,
        IReadOnlyList<Argument>? arguments = null,
        IReadOnlyList<Option>? options = null,
        bool isNetworked = false
    )
    {
        var command = new Command(name, description) { StoreArgument };
        foreach (var argument in arguments ?? [])
            command.Arguments.Add(argument);
        foreach (var option in options ?? [])
            command.Options.Add(option);
        if (isNetworked)
            NetworkOptions.AddTo(command);
        command.Options.Add(_json);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                // Before the store: a line that is wrong makes none.
                var encryption = EncryptionKeyOption.Read(line);
                var network = isNetworked ? await NetworkOptions.ReadAsync(line, cancellationToken) : new PeerOptions();
                using var loop = new NetworkLoop();
                try
                {
                    await loop.InvokeAsync(() => RunAsync(loop));
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

                async Task RunAsync(EventLoop loop)
                {
                    var isMade = createIfMissing || CoreReading.IsRemote(line);
                    await using var storage = await CorestoreStorage.OpenAsync(
                        loop,
                        line.GetRequiredValue(StoreArgument),
                        new CorestoreStorageOptions { CreateIfMissing = isMade }
                    );
                    var names = await Corestore.OpenAsync(storage);
                    await body(
                        new LocalStore(line, storage, names, new Output(line.GetValue(_json)), cancellationToken)
                        {
                            Encryption = encryption,
                            Network = network,
                        }
                    );
                }
            }
        );
        return command;
    }

    /// <summary>The core that the line names.</summary>
    public Task<Hypercore> OpenCoreAsync(bool createIfMissing = false) =>
        OpenCoreAsync(Line.GetRequiredValue(CoreArgument), createIfMissing);

    /// <summary>The core of a name or a key. One of a key is made only if it is to be fetched from peers.</summary>
    public Task<Hypercore> OpenCoreAsync(string text, bool createIfMissing = false) =>
        CoreId.TryDecode(text, out var key)
            ? Names.GetAsync(key, CoreReading.IsRemote(Line), Encryption)
            : Names.GetAsync(text, Encryption, createIfMissing);
}
