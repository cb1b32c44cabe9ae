using Hyper.Encoding;
using Hyper.Mux.Internal;

namespace Hyper.Mux;

/// <summary>The other side's channels: its opens, rejects and closes, and what is held for it meanwhile.</summary>
public sealed partial class Protomux
{
    // From protomux 3.10.1, index.js, MAX_BUFFERED and byteSize.
    private const int MaxHeldBytes = 32_768;
    private const int HeldMessageOverhead = 512;

    // Rejects may wait unread in the stream's queue; a peer that makes more of them than this without reading is a flood.
    private const int MaxUnreadRejects = 16_384;

    private readonly List<RemoteOpen?> _remote = [];
    private readonly Queue<MuxChannel> _openSoon = new();
    private int _unmatchedOpens;
    private int _unreadRejects;
    private long _heldBytes;
    private bool _isFull;
    private int _pauses;
    private bool _isOpenPosted;

    /// <summary>
    /// Stops reading the stream, and so slows the other side, for all channels: there is no flow control per channel. Calls
    /// nest; each wants its <see cref="ResumeReading"/>. The rest of a batch under way is still delivered.
    /// </summary>
    public void PauseReading()
    {
        Stream.Loop.VerifyAccess();
        Pause();
    }

    /// <summary>Ends a <see cref="PauseReading"/>.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public void ResumeReading()
    {
        Stream.Loop.VerifyAccess();
        if (_pauses <= (_isFull ? 1 : 0))
            throw new InvalidOperationException("ResumeReading without a PauseReading before it.");
        Resume();
    }

    /// <summary>Opens of the other side that wait for a channel of ours.</summary>
    internal int UnmatchedOpens => _unmatchedOpens;

    private bool IsOverHeld => _heldBytes > MaxHeldBytes || _unmatchedOpens > _options.PauseAboveUnmatchedOpens;

    /// <summary>Bytes held for channels that are not open yet, with overhead.</summary>
    internal long HeldBytes => _heldBytes;

    /// <summary>Ids the other side has used so far.</summary>
    internal int KnownRemoteIds => _remote.Count;

    // uint id, string protocol, buffer id, handshake = rest
    private bool TryHandleOpen(ref CompactReader reader)
    {
        if (
            !reader.TryReadUInt(out var wideId)
            || !reader.TryReadBuffer(out var protocol)
            || !reader.TryReadBuffer(out var channelId)
        )
            return false;
        if (wideId > (ulong)_options.MaxRemoteChannels)
        {
            RefuseTooHigh(wideId, protocol, channelId);
            return true;
        }
        var id = (int)wideId;
        if (id == 0 || id > _remote.Count + 1 || FindRemote(wideId) is not null)
        {
            Fail(
                ProtomuxErrorCode.InvalidOpen,
                $"Open with id {id}, which is not free; {_remote.Count} ids are known."
            );
            return true;
        }
        if (id > _remote.Count)
            _remote.Add(null);
        if (protocol.Length > MaxProtocolBytes || channelId.Length > MaxIdBytes)
        {
            Reject(wideId);
            return true;
        }
        var key = new ChannelKey(TextEncoding.UTF8.GetString(protocol), channelId.ToArray());
        if (_groups.GetValueOrDefault(key) is { Outgoing.Count: > 0 } group)
            AnswerOutgoing(group, id, reader.Remaining);
        else
            AddIncoming(key, id, reader.Remaining);
        return true;
    }

    /// <summary>
    /// An open above the highest id that is kept. One that answers an open of ours cannot be rejected, because the other
    /// side has it paired already.
    /// </summary>
    private void RefuseTooHigh(ulong id, ReadOnlySpan<byte> protocol, ReadOnlySpan<byte> channelId)
    {
        var key = new ChannelKey(TextEncoding.UTF8.GetString(protocol), channelId.ToArray());
        if (_groups.GetValueOrDefault(key) is not { Outgoing.Count: > 0 })
        {
            Reject(id);
            return;
        }
        var text = $"Our open was answered with id {id}; ids above {_options.MaxRemoteChannels} are not kept.";
        Fail(ProtomuxErrorCode.TooManyOpens, text);
    }

    /// <summary>The other side's open is the answer to our oldest one.</summary>
    private void AnswerOutgoing(ChannelGroup group, int id, ReadOnlySpan<byte> handshake)
    {
        var localId = group.Outgoing[0];
        group.Outgoing.RemoveAt(0);
        if (_local[localId - 1].Channel is not { } channel)
        {
            // Closed here meanwhile, which the other side has not been told yet. It must go out before the id is used again.
            WriteControl(ControlType.Close, (ulong)localId);
            FreeLocal(localId);
            ForgetIfIdle(group);
            return;
        }
        _local[localId - 1] = new LocalSlot(channel, null);
        _remote[id - 1] = new RemoteOpen(group) { Channel = channel };
        channel.RemoteId = id;
        FullyOpen(channel, handshake);
    }

    private void AddIncoming(ChannelKey key, int id, ReadOnlySpan<byte> handshake)
    {
        var group = _groups.GetValueOrDefault(key);
        // Asked first: what nobody wants is not copied.
        var isWanted = FindPairHandler(key) is not null || group?.Pairing > 0;
        if (!isWanted || _unmatchedOpens >= _options.MaxUnmatchedOpens)
        {
            Reject((ulong)id);
            return;
        }
        if (group is null)
        {
            group = new ChannelGroup();
            AddKey(group, key.Protocol, key.Id);
        }
        var remote = new RemoteOpen(group) { Handshake = handshake.ToArray() };
        _remote[id - 1] = remote;
        group.Incoming.Add(id);
        _unmatchedOpens++;
        // An open of usual size is bounded by the number of opens; a larger one counts as what it holds.
        var openBytes = handshake.Length + (2 * key.Protocol.Length) + key.Id.Length;
        Hold(remote, Math.Max(0, openBytes - HeldMessageOverhead));
        RequestPair(group, key);
    }

    private bool TryHandleReject(ref CompactReader reader)
    {
        if (!reader.TryReadUInt(out var id))
            return false;
        if (
            id == 0
            || id > (ulong)_local.Count
            || _local[(int)id - 1] is not { AwaitedIn: { } group, Channel: var channel }
        )
        {
            Fail(ProtomuxErrorCode.InvalidReject, $"Reject of id {id}, which awaits no answer.");
            return true;
        }
        group.Outgoing.Remove((int)id);
        FreeLocal((int)id);
        if (channel is not null)
            FinishChannel(channel, remote: true);
        else
            ForgetIfIdle(group);
        return true;
    }

    private bool TryHandleClose(ref CompactReader reader)
    {
        if (!reader.TryReadUInt(out var id))
            return false;
        if (FindRemote(id) is not { } remote)
            return true;
        if (remote.Channel is { } channel)
        {
            FinishChannel(channel, remote: true);
            return true;
        }
        // Closed before we had a channel for it. JS would pair the dead open with our next one; rejecting it instead
        // answers it, so that the other side forgets it and both counts stay equal.
        var group = remote.Group;
        group.Incoming.Remove((int)id);
        _unmatchedOpens--;
        ForgetRemote((int)id);
        Reject(id);
        ForgetIfIdle(group);
        return true;
    }

    private int? TryTakeIncoming(ChannelGroup group)
    {
        if (group.Incoming.Count == 0)
            return null;
        var id = group.Incoming[0];
        group.Incoming.RemoveAt(0);
        _unmatchedOpens--;
        return id;
    }

    private void RejectIncoming(ChannelGroup group)
    {
        while (TryTakeIncoming(group) is { } id)
        {
            ForgetRemote(id);
            Reject((ulong)id);
        }
    }

    private void Reject(ulong id)
    {
        if (_isDestroyed)
            return;
        MuxMetrics.RejectedOpens.Add(1);
        WriteControl(ControlType.Reject, id);
        if (!_writer.Drained && ++_unreadRejects > MaxUnreadRejects)
            Fail(ProtomuxErrorCode.TooManyOpens, $"{MaxUnreadRejects} rejects are waiting to be read.");
    }

    private RemoteOpen? FindRemote(ulong id) => id - 1 < (ulong)_remote.Count ? _remote[(int)(id - 1)] : null;

    /// <summary>Makes the other side's id free to be opened again and lets go of what was held for it.</summary>
    private void ForgetRemote(int id)
    {
        var remote = _remote[id - 1]!;
        _remote[id - 1] = null;
        Release(remote);
    }

    /// <summary>The other side was first: our user gets its open in a later turn, after our own open was sent.</summary>
    private void OpenSoon(MuxChannel channel, int remoteId)
    {
        channel.RemoteId = remoteId;
        _remote[remoteId - 1]!.Channel = channel;
        _openSoon.Enqueue(channel);
        if (_isOpenPosted)
            return;
        _isOpenPosted = true;
        Stream.Loop.Post(static state => ((Protomux)state!).OpenPaired(), this);
    }

    private void OpenPaired()
    {
        _isOpenPosted = false;
        try
        {
            while (_openSoon.TryDequeue(out var channel))
            {
                if (!_isDestroyed && channel.State == MuxChannelState.Opening)
                    FullyOpen(channel, _remote[channel.RemoteId - 1]!.Handshake);
            }
        }
        catch (Exception error)
        {
            // The fault of a handler, for the loop to hear of. What was held for its channel would be out of step.
            Destroy(error);
            throw;
        }
        ResumeIfAble();
    }

    private void FullyOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        var remote = _remote[channel.RemoteId - 1]!;
        // Taken out first: a handler may close the channel while it still reads a span of these.
        using var pending = remote.Pending;
        remote.Pending = null;
        channel.NotifyOpen(handshake);
        while (
            channel.State == MuxChannelState.Open
            && !_isDestroyed
            && pending is not null
            && pending.TryTake(out var type, out var payload)
        )
        {
            channel.Receive(type, payload);
        }
        Release(remote);
    }

    private void HoldMessage(RemoteOpen remote, ulong type, ReadOnlySpan<byte> payload)
    {
        remote.Pending ??= new PendingMessages();
        remote.Pending.Add(type, payload);
        Hold(remote, HeldMessageOverhead + payload.Length);
    }

    private void Hold(RemoteOpen remote, int bytes)
    {
        remote.HeldBytes += bytes;
        _heldBytes += bytes;
        if (_isFull || !IsOverHeld)
            return;
        _isFull = true;
        Pause();
    }

    private void Release(RemoteOpen remote)
    {
        _heldBytes -= remote.HeldBytes;
        remote.HeldBytes = 0;
        remote.Handshake = [];
        remote.Pending?.Dispose();
        remote.Pending = null;
    }

    private void ResumeIfAble()
    {
        // Not from inside a frame: the stream may deliver the next one at once.
        if (!_isFull || _isReceiving || IsOverHeld)
            return;
        _isFull = false;
        Resume();
    }

    private void Pause()
    {
        if (_pauses++ == 0 && !_isDestroyed)
            Stream.PauseReading();
    }

    private void Resume()
    {
        if (--_pauses == 0 && !_isDestroyed)
            Stream.ResumeReading();
    }

    private void DropRemoteOpens()
    {
        foreach (var remote in _remote)
        {
            if (remote is not null)
                Release(remote);
        }
        _remote.Clear();
        _groups.Clear();
        _openSoon.Clear();
        _unmatchedOpens = 0;
        _pairings.Clear();
        _pairTimer.Dispose();
    }
}
