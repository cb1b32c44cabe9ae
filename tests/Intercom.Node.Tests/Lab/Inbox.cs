using System.Threading.Channels;
using Intercom.Sidechannels;

namespace Intercom.Node.Tests.Lab;

/// <summary>The messages that a peer receives, in order of arrival.</summary>
internal sealed class Inbox
{
    private readonly Channel<SidechannelMessage> _messages = Channel.CreateUnbounded<SidechannelMessage>();

    public static async Task<Inbox> OpenAsync(IntercomPeer peer)
    {
        var inbox = new Inbox();
        await peer.Loop.InvokeAsync(() =>
            peer.Sidechannels.MessageReceived += message => inbox._messages.Writer.TryWrite(message)
        );
        return inbox;
    }

    /// <summary>The next message with <paramref name="text"/>.</summary>
    public async Task<SidechannelMessage> NextAsync(string text, TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        try
        {
            while (true)
            {
                var message = await _messages.Reader.ReadAsync(limit.Token);
                if (message.Message?.ToString().Contains(text, StringComparison.Ordinal) == true)
                    return message;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The message '{text}' did not arrive within {deadline}.");
            throw;
        }
    }
}
