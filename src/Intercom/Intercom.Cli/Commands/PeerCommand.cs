using System.CommandLine;
using Hyper.Dht.Rpc;
using Intercom.Bridge;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Intercom.Node;

namespace Intercom.Cli.Commands;

/// <summary>
/// Runs a peer: <c>intercom up</c> with the bridge on, or the bare command with the flags and defaults of the JavaScript
/// version.
/// </summary>
internal static class PeerCommand
{
    public static Command CreateUp()
    {
        var up = new Command("up", "Run a peer with the agents' bridge on, until Ctrl-C.");
        Attach(up, isUp: true);
        return up;
    }

    public static void Attach(Command command, bool isUp)
    {
        var settings = new PeerSettings();
        settings.AddTo(command);
        command.SetAction(
            async (line, cancellationToken) =>
            {
                var values = settings.Read(line);
                foreach (var setting in values.Given.Where(setting => !setting.IsInBuild))
                    Output.Warn(
                        $"{values.SourceOf(setting).GivenAs} has no effect: the {PlaneName(setting.Plane)} is not in this build."
                    );
                var options = await PeerOptionsReader.ReadAsync(values, isUp, cancellationToken);
                try
                {
                    await RunAsync(options, values, cancellationToken);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    Output.Note("stopped while it was starting");
                }
                return ExitCode.Done;
            }
        );
    }

    private static async Task RunAsync(PeerOptions options, SettingValues values, CancellationToken cancellationToken)
    {
        using var logging = new ConsoleLogging(
            values.Switch(SettingCatalog.Debug, fallback: false)
                || values.Switch(SettingCatalog.BridgeDebug, fallback: false)
        );
        if (!File.Exists(new Node.Store.PeerStore(options.StoresDirectory, options.StoreName).KeyFilePath))
            Output.Note("first start of this store: making its keys");
        await using var peer = await StartAsync(options with { LoggerFactory = logging.Factory }, cancellationToken);
        PeerBanner.Show(peer);
        var isShown = options.Bridge is null && !values.Switch(SettingCatalog.Quiet, fallback: false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchNetworkAsync(peer, ending.Token);
        try
        {
            await (isShown ? MessageFeed.ShowAsync(peer, ending.Token) : Lifetime.UntilCancelledAsync(ending.Token));
        }
        finally
        {
            await ending.CancelAsync();
            await watching;
        }
        Output.Note("stopping");
    }

    private static async Task<IntercomPeer> StartAsync(PeerOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await IntercomPeer.StartAsync(options, cancellationToken);
        }
        catch (BridgeException error)
        {
            throw new CommandException(ExitCode.Failed, error.Message);
        }
        catch (Trac.Wallet.WalletException error)
        {
            throw new CommandException(ExitCode.Failed, error.Message);
        }
    }

    private static async Task WatchNetworkAsync(IntercomPeer peer, CancellationToken cancellationToken)
    {
        try
        {
            if (await peer.NetworkStateAsync(cancellationToken) == DhtNodeState.Isolated)
            {
                Output.Warn(
                    "no bootstrap node of the DHT has answered: check the network and firewall (UDP out), or name other "
                        + "nodes with --dht-bootstrap; for peers of this machine alone use --local. Trying on."
                );
                await peer.NetworkReadyAsync(cancellationToken);
                Output.Note("the DHT has been reached");
            }
            await peer.TopicsFlushedAsync().WaitAsync(cancellationToken);
            Output.Note("Sidechannel: ready");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }

    private static string PlaneName(SettingPlane plane) =>
        plane switch
        {
            SettingPlane.Subnet => "subnet plane",
            SettingPlane.Settlement => "settlement plane",
            _ => "feature",
        };
}
