using Hyper.Loop;
using Hyper.Mux.Internal;

namespace Hyper.Mux;

/// <summary>Asking our user about opens that nothing here matches.</summary>
public sealed partial class Protomux
{
    private readonly Dictionary<ChannelKey, MuxPairHandler> _pairHandlers = [];

    // In order of deadline, since all have the same time-out.
    private readonly LinkedList<Pairing> _pairings = new();
    private readonly LoopTimer _pairTimer;

    /// <summary>
    /// Asks <paramref name="handler"/> when the other side opens a channel of <paramref name="protocol"/> and
    /// <paramref name="id"/> that is not open here. Without a handler such opens are rejected.
    /// </summary>
    /// <param name="protocol">The protocol, by the name the other side uses.</param>
    /// <param name="id">The id; empty means any id that has no handler of its own.</param>
    /// <param name="handler">Replaces the one set before.</param>
    public void Pair(string protocol, ReadOnlyMemory<byte> id, MuxPairHandler handler) =>
        _pairHandlers[new ChannelKey(protocol, id)] = handler;

    /// <summary>As <see cref="Pair(string, ReadOnlyMemory{byte}, MuxPairHandler)"/>, for any id.</summary>
    public void Pair(string protocol, MuxPairHandler handler) => Pair(protocol, default, handler);

    /// <summary>Takes back a <see cref="Pair(string, ReadOnlyMemory{byte}, MuxPairHandler)"/>.</summary>
    public void Unpair(string protocol, ReadOnlyMemory<byte> id = default) =>
        _pairHandlers.Remove(new ChannelKey(protocol, id));

    private void RequestPair(ChannelGroup group, ChannelKey key)
    {
        // Without a handler the open waits for one that is at work for an earlier open of the same key.
        if (FindPairHandler(key) is not { } handler)
            return;
        group.Pairing++;
        ValueTask task;
        try
        {
            task = handler(this, key.Id);
        }
        catch (Exception error)
        {
            LogPairHandlerFailed(_options.Logger, key.Protocol, error);
            EndPairing(group);
            return;
        }
        if (task.IsCompletedSuccessfully)
            EndPairing(group);
        else
            _ = AwaitPairAsync(group, key.Protocol, task);
    }

    private MuxPairHandler? FindPairHandler(in ChannelKey key) =>
        _pairHandlers.GetValueOrDefault(key) ?? _pairHandlers.GetValueOrDefault(new(key.Protocol, default));

    private async Task AwaitPairAsync(ChannelGroup group, string protocol, ValueTask task)
    {
        var time = Stream.Loop.Time;
        var node = _pairings.AddLast(new Pairing(group, time.GetTimestamp() + time.ToTicks(_options.PairTimeout)));
        ArmPairTimer();
        try
        {
            await task;
        }
        catch (Exception error)
        {
            LogPairHandlerFailed(_options.Logger, protocol, error);
        }
        // Gone when its time was up before.
        if (node.List is null)
            return;
        _pairings.Remove(node);
        ArmPairTimer();
        EndPairing(group);
        ResumeIfAble();
    }

    private void ExpirePairings()
    {
        var now = Stream.Loop.Time.GetTimestamp();
        while (_pairings.First is { } node && node.Value.Deadline <= now)
        {
            LogPairHandlerLate(_options.Logger, _options.PairTimeout);
            _pairings.RemoveFirst();
            EndPairing(node.Value.Group);
        }
        ArmPairTimer();
        ResumeIfAble();
    }

    private void ArmPairTimer()
    {
        if (_pairings.First is { } node)
            _pairTimer.ArmAt(node.Value.Deadline);
        else
            _pairTimer.Disarm();
    }

    /// <summary>The last handler of a key to return rejects what is still unmatched.</summary>
    private void EndPairing(ChannelGroup group)
    {
        if (--group.Pairing > 0)
            return;
        RejectIncoming(group);
        ForgetIfIdle(group);
    }
}
