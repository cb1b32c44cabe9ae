using System.Buffers;
using Hyper.Encoding;
using Hyper.Mux.Internal;

namespace Hyper.Mux;

/// <summary>Our side's channels: creating, opening, sending, closing.</summary>
public sealed partial class Protomux
{
    private readonly List<LocalSlot> _local = [];
    private readonly Stack<int> _freeIds = new();
    private readonly Dictionary<ChannelKey, ChannelGroup> _groups = [];

    // Channels that were told to wait since the stream last drained. With many channels on a busy stream, which drains a
    // thousand times a second, telling all of them each time took a third of it.
    private List<MuxChannel> _waiting = [];
    private List<MuxChannel> _draining = [];

    /// <summary>The channels that are opening or open, in order of id. Safe against changes while it is walked.</summary>
    public IEnumerable<MuxChannel> Channels
    {
        get
        {
            for (var i = 0; i < _local.Count; i++)
            {
                if (_local[i].Channel is { } channel)
                    yield return channel;
            }
        }
    }

    /// <summary>Whether no channel is opening or open and no answer is awaited.</summary>
    public bool IsIdle => _local.Count == _freeIds.Count;

    /// <summary>
    /// Makes a channel. The other side learns of it at <see cref="MuxChannel.Open()"/>; a channel that is never opened
    /// costs nothing and is never called back.
    /// </summary>
    /// <returns>Null when the stream is gone, or when the channel is to be unique and one of its protocol and id is
    /// already opening or open.</returns>
    /// <exception cref="ArgumentException">The protocol name or id is too long.</exception>
    public MuxChannel? CreateChannel(ChannelOptions options)
    {
        Stream.Loop.VerifyAccess();
        ThrowIfTooLong(options);
        if (_isDestroyed)
            return null;
        var group = FindGroup(options.Protocol, options.Id);
        if (options.Unique && group?.Opened > 0)
            return null;
        return new MuxChannel(this, options);
    }

    /// <summary>Whether a channel of this protocol and id is opening or open here.</summary>
    public bool Opened(string protocol, ReadOnlyMemory<byte> id = default) => FindGroup(protocol, id)?.Opened > 0;

    /// <summary>The channel of this protocol and id that was opened last, or null when it is closed.</summary>
    public MuxChannel? GetLastChannel(string protocol, ReadOnlyMemory<byte> id = default) =>
        FindGroup(protocol, id)?.LastChannel;

    internal int GroupCount => _groups.Count;

    internal bool OpenChannel(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        Stream.Loop.VerifyAccess();
        if (channel.State is MuxChannelState.Opening or MuxChannelState.Open)
            throw new InvalidOperationException($"Channel {channel.Protocol} is already open.");
        ThrowIfTooLong(handshake.Length, nameof(handshake));
        if (_isDestroyed || channel.State == MuxChannelState.Closed)
        {
            channel.State = MuxChannelState.Closed;
            return false;
        }

        var group = GetOrAddGroup(channel);
        if (!_freeIds.TryPop(out var id))
        {
            _local.Add(default);
            id = _local.Count;
        }
        channel.Group = group;
        channel.LocalId = id;
        channel.State = MuxChannelState.Opening;
        group.Opened++;
        group.LastChannel = channel;
        if (TryTakeIncoming(group) is { } remoteId)
        {
            _local[id - 1] = new LocalSlot(channel, null);
            OpenSoon(channel, remoteId);
        }
        else
        {
            _local[id - 1] = new LocalSlot(channel, group);
            group.Outgoing.Add(id);
        }
        WriteOpen(channel, handshake);
        return true;
    }

    internal bool SendMessage(MuxChannel channel, int type, ReadOnlySpan<byte> payload)
    {
        if (!MaySend(channel))
            return false;
        ThrowIfTooLong(payload.Length, nameof(payload));
        payload.CopyTo(BeginMessage(channel, type, payload.Length));
        return EndMessage(channel);
    }

    internal bool SendMessage<TState>(
        MuxChannel channel,
        int type,
        int bytes,
        TState state,
        SpanAction<byte, TState> write
    )
        where TState : allows ref struct
    {
        if (!MaySend(channel))
            return false;
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ThrowIfTooLong(bytes, nameof(bytes));
        var room = BeginMessage(channel, type, bytes);
        try
        {
            write(room, state);
        }
        catch
        {
            _writer.Abandon();
            throw;
        }
        return EndMessage(channel);
    }

    /// <summary>Has the channel hear of the next drain.</summary>
    internal void NoteWaiting(MuxChannel channel)
    {
        if (channel.IsWaiting || _isDestroyed)
            return;
        channel.IsWaiting = true;
        _waiting.Add(channel);
    }

    private bool EndMessage(MuxChannel channel)
    {
        var goesOn = _writer.End();
        if (!goesOn)
            NoteWaiting(channel);
        return goesOn;
    }

    private bool MaySend(MuxChannel channel)
    {
        Stream.Loop.VerifyAccess();
        if (_isDestroyed || channel.State == MuxChannelState.Closed)
            return false;
        if (channel.State == MuxChannelState.Created)
            throw new InvalidOperationException($"Channel {channel.Protocol} is not open: call Open before sending.");
        return true;
    }

    /// <summary>Room for exactly the payload, behind its type.</summary>
    private Span<byte> BeginMessage(MuxChannel channel, int type, int payloadBytes)
    {
        var room = _writer.Begin(channel.LocalId, CompactEncoding.SizeOfUInt((ulong)type) + payloadBytes);
        var writer = new CompactWriter(room);
        writer.WriteUInt((ulong)type);
        return room[writer.Position..];
    }

    internal void CloseChannel(MuxChannel channel)
    {
        Stream.Loop.VerifyAccess();
        if (channel.State == MuxChannelState.Closed)
            return;
        if (channel.State == MuxChannelState.Created)
        {
            channel.State = MuxChannelState.Closed;
            return;
        }
        // Written before anybody is told: a handler that opens again at once may get the same id. An open that has not been
        // answered is closed when the answer comes: a JS peer that hears of a close while it looks for a channel keeps the
        // dead open, and may lose count of its key.
        if (!_isDestroyed && !AwaitsAnswer(channel))
            WriteControl(ControlType.Close, (ulong)channel.LocalId);
        FinishChannel(channel, remote: false);
    }

    /// <summary>Whether the other side has neither opened nor rejected the channel.</summary>
    internal bool AwaitsAnswer(MuxChannel channel) =>
        channel.LocalId > 0 && _local[channel.LocalId - 1].AwaitedIn is not null;

    /// <summary>Takes an open channel out of the tables and tells its user.</summary>
    private void FinishChannel(MuxChannel channel, bool remote)
    {
        var group = channel.Group!;
        var id = channel.LocalId;
        group.Opened--;
        if (group.LastChannel == channel)
            group.LastChannel = null;
        if (channel.RemoteId > 0)
        {
            ForgetRemote(channel.RemoteId);
            FreeLocal(id);
        }
        else if (AwaitsAnswer(channel))
        {
            _local[id - 1] = new LocalSlot(null, group);
        }
        channel.LocalId = channel.RemoteId = 0;
        channel.Group = null;
        ForgetIfIdle(group);
        channel.NotifyClose(remote);
    }

    private void FreeLocal(int id)
    {
        _local[id - 1] = default;
        _freeIds.Push(id);
    }

    private ChannelGroup? FindGroup(string protocol, ReadOnlyMemory<byte> id) =>
        _groups.GetValueOrDefault(new ChannelKey(protocol, id));

    private ChannelGroup GetOrAddGroup(MuxChannel channel)
    {
        var group = FindGroup(channel.Protocol, channel.Id);
        foreach (var alias in channel.Aliases)
        {
            // Opens that came under an alias before we knew it for one; once we sent opens there, its count is its own.
            if (group is null && FindGroup(alias, channel.Id) is { Incoming.Count: > 0 } waiting)
                group = waiting;
        }
        group ??= new ChannelGroup();
        AddKey(group, channel.Protocol, channel.Id);
        foreach (var alias in channel.Aliases)
            AddKey(group, alias, channel.Id);
        return group;
    }

    private void AddKey(ChannelGroup group, string protocol, ReadOnlyMemory<byte> id)
    {
        var key = new ChannelKey(protocol, id);
        if (_groups.TryAdd(key, group))
            group.Keys.Add(key);
    }

    private void ForgetIfIdle(ChannelGroup group)
    {
        if (!group.IsIdle)
            return;
        foreach (var key in group.Keys)
            _groups.Remove(key);
        group.Keys.Clear();
    }

    private static void ThrowIfTooLong(ChannelOptions options)
    {
        foreach (var name in (ReadOnlySpan<string>)[options.Protocol, .. options.Aliases])
        {
            if (TextEncoding.UTF8.GetByteCount(name) > MaxProtocolBytes)
                throw new ArgumentException($"A protocol name is over {MaxProtocolBytes} bytes.", nameof(options));
        }
        if (options.Id.Length > MaxIdBytes)
            throw new ArgumentException($"The channel id is over {MaxIdBytes} bytes.", nameof(options));
    }

    private static void ThrowIfTooLong(int bytes, string name)
    {
        if (bytes > MaxMessageBytes)
            throw new ArgumentException($"{bytes} bytes given, at most {MaxMessageBytes} fit a frame.", name);
    }
}
