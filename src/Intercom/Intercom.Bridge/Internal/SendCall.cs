using Intercom.Sidechannels;

namespace Intercom.Bridge.Internal;

/// <summary>One message on its way through a <see cref="SendLine"/>. Whoever waits goes on where it is told.</summary>
internal sealed class SendCall(Func<Task<BroadcastResult>> send) : TaskCompletionSource<BroadcastResult>
{
    private BroadcastResult _result;
    private Exception? _fault;

    /// <summary>On the loop.</summary>
    public async Task SendAsync()
    {
        try
        {
            _result = await send();
        }
        catch (Exception fault)
        {
            _fault = fault;
        }
    }

    /// <summary>Gives the outcome to whoever waits, and lets it go on here.</summary>
    public void Tell()
    {
        if (_fault is not null)
            TrySetException(_fault);
        else
            TrySetResult(_result);
    }
}
