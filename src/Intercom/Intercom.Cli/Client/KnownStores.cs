using Intercom.Node.Store;

namespace Intercom.Cli.Client;

/// <summary>Finds the store that a command is for, whether or not its peer runs.</summary>
internal static class KnownStores
{
    /// <summary>The store of that name; without a name the only one there is.</summary>
    /// <param name="storesDirectory">Where stores lie.</param>
    /// <param name="name">Its name, if it was given.</param>
    /// <param name="isMade">Whether the command makes the store, so that it need not be there yet.</param>
    /// <exception cref="CommandException">There is none, or there are several and no name.</exception>
    public static PeerStore Find(string storesDirectory, string? name, bool isMade)
    {
        if (name is not null)
        {
            var named = new PeerStore(storesDirectory, name);
            if (isMade || Directory.Exists(named.Directory))
                return named;
            throw new CommandException(
                ExitCode.NoSuchPeer,
                $"There is no peer '{name}' under '{storesDirectory}': check --name and the folder this runs in."
            );
        }
        var stores = PeerStore.List(storesDirectory);
        return stores switch
        {
            [var one] => one,
            [] => throw new CommandException(
                ExitCode.NoSuchPeer,
                $"There is no peer under '{storesDirectory}' yet: start one with `intercom up`, or name it with --name."
            ),
            _ => throw new CommandException(
                ExitCode.Usage,
                $"There are several peers ({string.Join(", ", stores.Select(store => store.Name))}): say which with --name."
            ),
        };
    }
}
