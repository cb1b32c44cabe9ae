namespace Hyper.Mux.Internal;

/// <summary>What channels of both sides match by. No id and an empty id are the same.</summary>
internal readonly struct ChannelKey(string protocol, ReadOnlyMemory<byte> id) : IEquatable<ChannelKey>
{
    public string Protocol { get; } = protocol;

    public ReadOnlyMemory<byte> Id { get; } = id;

    public bool Equals(ChannelKey other) => Protocol == other.Protocol && Id.Span.SequenceEqual(other.Id.Span);

    public override bool Equals(object? obj) => obj is ChannelKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Protocol);
        hash.AddBytes(Id.Span);
        return hash.ToHashCode();
    }
}
