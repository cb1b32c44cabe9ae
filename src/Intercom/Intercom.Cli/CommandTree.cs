using System.CommandLine;
using Intercom.Cli.Commands;
using Intercom.Cli.Commands.Stores;
using Intercom.Cli.Help;

namespace Intercom.Cli;

/// <summary>All commands of the program.</summary>
internal static class CommandTree
{
    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Intercom: a peer-to-peer network for agents. Without a command it runs a peer with the flags of the "
                + "JavaScript version; `intercom up` is the same with the agents' bridge on."
        );
        root.Directives.Clear();
        PeerCommand.Attach(root, isUp: false);
        root.Subcommands.Add(PeerCommand.CreateUp());
        root.Subcommands.Add(ConfigCommand.Create());
        root.Subcommands.Add(SendCommand.Create());
        root.Subcommands.Add(TailCommand.Create());
        root.Subcommands.Add(SidechannelCommands.Create());
        root.Subcommands.Add(InspectCommands.CreatePeers());
        root.Subcommands.Add(InspectCommands.CreateInfo());
        root.Subcommands.Add(InspectCommands.CreateStats());
        root.Subcommands.Add(TokenCommand.Create());
        root.Subcommands.Add(DhtCommand.Create());
        root.Subcommands.Add(StoreCommands.Create());
        root.Subcommands.Add(CoreCommands.Create());
        root.Subcommands.Add(BeeCommands.Create());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create(root));
        HelpTexts.Attach(root);
        return root;
    }
}
