using Intercom.Node.Store;

namespace Intercom.Cli.Client;

/// <summary>Finds the store that a command is for, whether or not its peer runs.</summary>
internal static class KnownStores
{
    /// <summary>The store of that name, which need not be there yet; without a name the only one there is.</summary>
    /// <exception cref="CommandException">There is none, or there are several and no name.</exception>
    public static PeerStore Find(string storesDirectory, string? name)
    {
        if (name is not null)
            return new PeerStore(storesDirectory, name);
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
