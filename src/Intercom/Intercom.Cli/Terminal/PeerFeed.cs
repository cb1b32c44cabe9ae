using System.Threading.Channels;
using Intercom.Node;
using Intercom.Sidechannels;

namespace Intercom.Cli.Terminal;

/// <summary>
/// Shows what comes to a peer in its own terminal. The loop only puts it down: a terminal that is halted, or a pipe that
/// is full, must not halt the peer. The oldest that wait are dropped.
/// </summary>
internal static class PeerFeed
{
    private const int MaxWaiting = 1024;

    /// <summary>Shows messages until cancelled.</summary>
    public static Task ShowMessagesAsync(IntercomPeer peer, CancellationToken cancellationToken) =>
        ShowAsync<SidechannelMessage>(
            peer,
            put => peer.Sidechannels.MessageReceived += put,
            MessagePrinter.Print,
            cancellationToken
        );

    /// <summary>Shows the channels that other peers ask for, until cancelled.</summary>
    public static Task ShowOpenRequestsAsync(IntercomPeer peer, CancellationToken cancellationToken) =>
        ShowAsync<SidechannelOpenRequest>(
            peer,
            put => peer.Sidechannels.OpenRequested += put,
            request => Output.Note(OpenRequestText.Of(request)),
            cancellationToken
        );

    private static async Task ShowAsync<T>(
        IntercomPeer peer,
        Action<Action<T>> listen,
        Action<T> show,
        CancellationToken cancellationToken
    )
    {
        var waiting = Channel.CreateBounded<T>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        await peer.Loop.InvokeAsync(() => listen(one => waiting.Writer.TryWrite(one)));
        try
        {
            await foreach (var one in waiting.Reader.ReadAllAsync(cancellationToken))
                show(one);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
    }
}
