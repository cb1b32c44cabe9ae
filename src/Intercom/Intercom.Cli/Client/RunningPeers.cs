using Intercom.Node.Store;

namespace Intercom.Cli.Client;

/// <summary>Finds the running peer that a command is for.</summary>
internal static class RunningPeers
{
    /// <summary>The peer named <paramref name="name"/>, or the only one that runs.</summary>
    /// <exception cref="CommandException">There is none, or the name is missing and several run.</exception>
    public static (PeerStore Store, BridgeFile Bridge, string Token) Find(string storesDirectory, string? name)
    {
        var running = PeerStore
            .List(storesDirectory)
            .Where(store => PeerStoreLock.FindOwner(store) is not null)
            .ToList();
        var store = name is null ? Only(running, storesDirectory) : Named(running, storesDirectory, name);
        // Another process's file is what a peer left that crashed: its port may be anybody's by now.
        if (
            !BridgeFile.TryRead(store, out var bridge)
            || bridge.ProcessId != PeerStoreLock.FindOwner(store)
            || BridgeToken.TryRead(store) is not { } token
        )
        {
            throw new CommandException(
                ExitCode.NoSuchPeer,
                $"Peer '{store.Name}' runs without a bridge that this user can reach: start it with `intercom up`."
            );
        }
        return (store, bridge, token);
    }

    private static PeerStore Only(List<PeerStore> running, string storesDirectory) =>
        running switch
        {
            [var one] => one,
            [] => throw new CommandException(
                ExitCode.NoSuchPeer,
                $"No peer is running under '{storesDirectory}': start one with `intercom up`."
            ),
            _ => throw new CommandException(
                ExitCode.Usage,
                $"Several peers are running ({string.Join(", ", running.Select(s => s.Name))}): say which with --name."
            ),
        };

    private static PeerStore Named(List<PeerStore> running, string storesDirectory, string name)
    {
        if (running.Find(store => store.Name == name) is { } found)
            return found;
        var others = running.Count == 0 ? "none" : string.Join(", ", running.Select(s => s.Name));
        throw new CommandException(
            ExitCode.NoSuchPeer,
            $"No peer '{name}' is running under '{storesDirectory}' (running: {others})."
        );
    }
}
