using System.CommandLine;
using Hyper.Dht.Rpc;
using Intercom.Bridge;
using Intercom.Cli.Settings;
using Intercom.Cli.Terminal;
using Intercom.Cli.Terminal.Prompt;
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
                    await RunAsync(options, values, isUp, cancellationToken);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    Output.Note("stopped while it was starting");
                }
                return ExitCode.Done;
            }
        );
    }

    private static async Task RunAsync(
        PeerOptions options,
        SettingValues values,
        bool isUp,
        CancellationToken cancellationToken
    )
    {
        var hasTerminal = values.Switch(SettingCatalog.Terminal, ControllingTerminal.IsAttended);
        using var streams = hasTerminal ? PromptStreams.TryInstall() : null;
        using var logging = new ConsoleLogging(
            values.Switch(SettingCatalog.Debug, fallback: false)
                || values.Switch(SettingCatalog.BridgeDebug, fallback: false)
        );
        if (!File.Exists(new Node.Store.PeerStore(options.StoresDirectory, options.StoreName).KeyFilePath))
            Output.Note("first start of this store: making its keys");
        await using var peer = await StartAsync(options with { LoggerFactory = logging.Factory }, cancellationToken);
        PeerBanner.Show(peer);
        ChannelHints.Show(options.Sidechannels, isUp);
        // As in the JavaScript version a bridge takes the messages; but who runs `up` at a terminal wants to see them.
        var isShown =
            (options.Bridge is null || (isUp && hasTerminal)) && !values.Switch(SettingCatalog.Quiet, fallback: false);
        using (var session = hasTerminal ? TerminalSession.Open(peer, streams?.Screen) : null)
            await AttendAsync(peer, isShown, session, cancellationToken);
        Output.Note("stopping");
    }

    /// <summary>Shows what happens and takes commands, until the caller cancels or a command asks for the end.</summary>
    private static async Task AttendAsync(
        IntercomPeer peer,
        bool isShown,
        TerminalSession? session,
        CancellationToken cancellationToken
    )
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> parts = [WatchNetworkAsync(peer, ending.Token), PeerFeed.ShowOpenRequestsAsync(peer, ending.Token)];
        if (isShown)
            parts.Add(PeerFeed.ShowMessagesAsync(peer, ending.Token));
        if (session is not null)
        {
            Output.Note("terminal: /help lists the commands, Tab completes them, /exit or Ctrl-C stops the peer");
            parts.Add(session.RunAsync(ending.Token));
        }
        var end = Task.WhenAny(Lifetime.UntilCancelledAsync(cancellationToken), peer.ExitRequested);
        try
        {
            // A part that is done is no reason to end; one that fails is.
            while (await Task.WhenAny([end, .. parts]) is var done && done != end)
            {
                await done;
                parts.Remove(done);
            }
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(parts);
        }
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
