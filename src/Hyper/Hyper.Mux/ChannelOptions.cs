namespace Hyper.Mux;

/// <summary>What a channel is and who handles it.</summary>
public sealed record ChannelOptions
{
    /// <summary>Name of the protocol; channels of both sides match by it and <see cref="Id"/>. At most
    /// <see cref="Protomux.MaxProtocolBytes"/> in UTF-8.</summary>
    public required string Protocol { get; init; }

    /// <summary>Tells channels of one protocol apart, for instance a discovery key. Empty (the default) means none; at
    /// most <see cref="Protomux.MaxIdBytes"/>.</summary>
    public ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>Other names under which an open of the other side is taken for this channel. Our own open always carries
    /// <see cref="Protocol"/>. None by default.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Whether a second channel of this protocol and id is refused while one is open. True by default.</summary>
    public bool Unique { get; init; } = true;

    /// <summary>Bytes that <see cref="MuxChannel.Open()"/> sends along with the open. Empty by default.</summary>
    public ReadOnlyMemory<byte> Handshake { get; init; }

    /// <summary>Message types in order, as if added one by one with <see cref="MuxChannel.AddMessage"/>. Null entries go
    /// to <see cref="Handler"/>. None by default.</summary>
    public IReadOnlyList<MuxMessageHandler?> Messages { get; init; } = [];

    /// <summary>Hears of open, close and drain, and gets the messages that have no handler of their own. Nobody by
    /// default.</summary>
    public IMuxChannelHandler? Handler { get; init; }

    /// <summary>Anything the user wants to find again at <see cref="MuxChannel.UserData"/>.</summary>
    public object? UserData { get; init; }
}
