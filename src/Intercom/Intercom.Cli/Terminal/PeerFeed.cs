using System.Threading.Channels;
using Intercom.Node;
using Intercom.Sidechannels;

namespace Intercom.Cli.Terminal;

/// <summary>
/// Shows a peer's messages in its own terminal. The loop only puts them down: a terminal that is halted, or a pipe that
/// is full, must not halt the peer. The oldest that wait are dropped.
/// </summary>
internal static class MessageFeed
{
    private const int MaxWaiting = 1024;

    /// <summary>Shows messages until cancelled.</summary>
    public static async Task ShowAsync(IntercomPeer peer, CancellationToken cancellationToken)
    {
        var waiting = Channel.CreateBounded<SidechannelMessage>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        await peer.Loop.InvokeAsync(() =>
            peer.Sidechannels.MessageReceived += message => waiting.Writer.TryWrite(message)
        );
        try
        {
            await foreach (var message in waiting.Reader.ReadAllAsync(cancellationToken))
                MessagePrinter.Print(message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }
}
