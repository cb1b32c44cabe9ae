using System.Net;
using Hyper.Dht;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.Swarm;
using Intercom.Node.Internal;
using Intercom.Node.Store;
using Intercom.Node.Terminal;
using Microsoft.Extensions.Logging;
using Trac.Wallet;

namespace Intercom.Node;

public sealed partial class IntercomPeer
{
    /// <summary>Starts a peer.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="cancellationToken">Gives up; what was started is taken down.</param>
    /// <exception cref="PeerStoreException">The store is in use or cannot be written.</exception>
    /// <exception cref="WalletException">The key file is damaged or has a password.</exception>
    public static async Task<IntercomPeer> StartAsync(
        PeerOptions options,
        CancellationToken cancellationToken = default
    )
    {
        var parts = new PeerParts(options, new PeerStore(options.StoresDirectory, options.StoreName));
        try
        {
            await AssembleAsync(parts, cancellationToken);
            return new IntercomPeer(parts);
        }
        catch
        {
            await parts.DestroyAsync();
            throw;
        }
    }

    private static async Task AssembleAsync(PeerParts parts, CancellationToken cancellationToken)
    {
        var logger = parts.Options.LoggerFactory.CreateLogger<IntercomPeer>();
        parts.Lock = await parts.Store.LockAsync(cancellationToken);
        parts.Loop = new NetworkLoop(new NetworkLoopOptions { UnhandledException = logger.LogHandlerFailed });
        // The key file takes half a second to open by design; the DHT node needs no key and finds its neighbours meanwhile.
        var wallet = LoadWalletAsync(parts.Store, logger, cancellationToken);
        try
        {
            await parts.Loop.InvokeAsync(() => JoinDhtAsync(parts, logger));
        }
        finally
        {
            parts.Wallet = await WaitForAsync(wallet, cancellationToken);
        }
        await parts.Loop.InvokeAsync(() => MakeChannels(parts));
        if (parts.Options.Bridge is { } bridge)
            await OpenBridgeAsync(parts, bridge);
        await parts.Loop.InvokeAsync(parts.Sidechannels!.Start);
    }

    private static async Task JoinDhtAsync(PeerParts parts, ILogger logger)
    {
        var options = parts.Options;
        if (options.LocalDhtPort is { } port)
            parts.LocalDht = await LocalDht.JoinAsync(
                parts.Loop!,
                port,
                logger.LogTookOverLocalDht,
                logger.LogLocalDhtFailed
            );
        parts.Dht = HyperDht.Create(parts.Loop!, options.GetDhtOptions());
    }

    private static void MakeChannels(PeerParts parts)
    {
        var loggers = parts.Options.LoggerFactory;
        parts.Adapter = new SwarmAdapter(new ProtomuxOptions { Logger = loggers.CreateLogger<Protomux>() });
        parts.Swarm = Hyperswarm.Create(
            parts.Dht!,
            parts.Adapter.OnConnection,
            new HyperswarmOptions { KeyPair = parts.Wallet!.KeyPair, Logger = loggers.CreateLogger<Hyperswarm>() }
        );
        parts.Adapter.Swarm = parts.Swarm;
        parts.Sidechannels = new Sidechannels.Sidechannels(
            parts.Loop!,
            parts.Adapter,
            parts.Wallet.KeyPair,
            parts.Options.Sidechannels with
            {
                Logger = loggers.CreateLogger<Sidechannels.Sidechannels>(),
            }
        );
        parts.Terminal = new PeerTerminal(
            parts.Sidechannels,
            parts.Options.Sidechannels,
            parts.Wallet,
            () => parts.ExitRequested.TrySetResult()
        );
    }

    /// <summary>
    /// Waits for the wallet until the caller gives up: encrypting a key file cannot be cancelled, and takes seconds where
    /// others keep the processor busy.
    /// </summary>
    private static async Task<Wallet> WaitForAsync(Task<Wallet> wallet, CancellationToken cancellationToken)
    {
        try
        {
            return await wallet.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The key file is not written any more; a wallet that was read has a secret to wipe.
            _ = wallet.ContinueWith(
                static late => late.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default
            );
            throw;
        }
    }

    private static async Task<Wallet> LoadWalletAsync(
        PeerStore store,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        if (File.Exists(store.KeyFilePath))
            return await KeyFile.LoadAsync(store.KeyFilePath, cancellationToken: cancellationToken);
        var wallet = Wallet.Generate();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(store.KeyFilePath)!);
            await KeyFile.SaveAsync(wallet, store.KeyFilePath, cancellationToken: cancellationToken);
        }
        catch
        {
            wallet.Dispose();
            throw;
        }
        logger.LogKeyFileMade(store.KeyFilePath);
        return wallet;
    }
}
