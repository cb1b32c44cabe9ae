using Hyper.Mux.Internal;

namespace Hyper.Mux;

/// <summary>
/// One logical stream of typed messages on a <see cref="Protomux"/>. Declare the message types, then
/// <see cref="Open()"/>. Both sides must declare the same types in the same order.
/// </summary>
/// <remarks>
/// Belongs to the loop of its mux. A channel lives once: to open again, create another. The state is changed by the mux
/// only; <see cref="LocalId"/> and <see cref="RemoteId"/> are 0 where there is none.
/// </remarks>
public sealed class MuxChannel
{
    private readonly List<MuxMessage> _messages = [];
    private readonly IMuxChannelHandler? _handler;
    private readonly ReadOnlyMemory<byte> _handshake;
    private int _active;

    internal MuxChannel(Protomux mux, ChannelOptions options)
    {
        Mux = mux;
        Protocol = options.Protocol;
        Id = options.Id;
        UserData = options.UserData;
        _handler = options.Handler;
        _handshake = options.Handshake;
        Aliases = options.Aliases;
        foreach (var handler in options.Messages)
            AddMessage(handler);
    }

    /// <summary>The mux that carries this channel.</summary>
    public Protomux Mux { get; }

    /// <summary>Name of the protocol.</summary>
    public string Protocol { get; }

    /// <summary>Id within the protocol; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Id { get; }

    /// <summary>The user's own.</summary>
    public object? UserData { get; set; }

    /// <summary>Where the channel is in its life.</summary>
    public MuxChannelState State { get; internal set; }

    /// <summary>The declared message types in order.</summary>
    public IReadOnlyList<MuxMessage> Messages => _messages;

    /// <summary>
    /// False while the stream asks to wait for <see cref="IMuxChannelHandler.OnDrain"/>, which the channel that was told so
    /// then gets.
    /// </summary>
    public bool Drained
    {
        get
        {
            if (Mux.Drained)
                return true;
            if (State is MuxChannelState.Opening or MuxChannelState.Open)
                Mux.NoteWaiting(this);
            return false;
        }
    }

    internal bool IsWaiting { get; set; }

    internal IReadOnlyList<string> Aliases { get; }

    internal ChannelGroup? Group { get; set; }

    internal int LocalId { get; set; }

    internal int RemoteId { get; set; }

    /// <summary>Declares the next message type.</summary>
    /// <param name="handler">Gets the messages of this type; null leaves them to the channel's handler.</param>
    public MuxMessage AddMessage(MuxMessageHandler? handler = null)
    {
        var message = new MuxMessage(this, _messages.Count, handler);
        _messages.Add(message);
        return message;
    }

    /// <summary>Opens the channel with the handshake of its options.</summary>
    /// <inheritdoc cref="Open(ReadOnlySpan{byte})"/>
    public bool Open() => Open(_handshake.Span);

    /// <summary>Tells the other side of the channel. Messages may be sent from now on.</summary>
    /// <param name="handshake">What the other side's <see cref="IMuxChannelHandler.OnOpen"/> gets.</param>
    /// <returns>False when the stream is gone or the channel was closed before: then nothing is ever called back.</returns>
    /// <exception cref="InvalidOperationException">The channel is already open.</exception>
    /// <exception cref="ArgumentException">The handshake is longer than <see cref="Protomux.MaxMessageBytes"/>.</exception>
    public bool Open(ReadOnlySpan<byte> handshake) => Mux.OpenChannel(this, handshake);

    /// <summary>Closes the channel on both sides. What was sent before still arrives. Does nothing when it is closed.</summary>
    public void Close() => Mux.CloseChannel(this);

    /// <summary>As <see cref="Protomux.Cork"/>: the batch is the mux's, so it takes the messages of all channels.</summary>
    public void Cork() => Mux.Cork();

    /// <summary>As <see cref="Protomux.Uncork"/>.</summary>
    public void Uncork() => Mux.Uncork();

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol} ({State})";

    internal void NotifyOpen(ReadOnlySpan<byte> handshake)
    {
        State = MuxChannelState.Open;
        Enter();
        try
        {
            _handler?.OnOpen(this, handshake);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Whether the message was of a declared type.</summary>
    internal bool Receive(ulong type, ReadOnlySpan<byte> payload)
    {
        if (type >= (ulong)_messages.Count)
            return false;
        var message = _messages[(int)type];
        Enter();
        try
        {
            if (message.Handler is { } handler)
                handler(this, payload);
            else
                _handler?.OnMessage(this, (int)type, payload);
        }
        finally
        {
            Leave();
        }
        return true;
    }

    internal void NotifyDrain()
    {
        Enter();
        try
        {
            _handler?.OnDrain(this);
        }
        finally
        {
            Leave();
        }
    }

    internal void NotifyClose(bool remote)
    {
        State = MuxChannelState.Closed;
        Enter();
        try
        {
            _handler?.OnClose(this, remote);
        }
        finally
        {
            Leave();
        }
    }

    private void Enter() => _active++;

    private void Leave()
    {
        if (--_active == 0 && State == MuxChannelState.Closed)
            _handler?.OnDestroy(this);
    }
}
