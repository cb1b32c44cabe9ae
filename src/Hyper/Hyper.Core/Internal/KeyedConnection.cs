using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;

namespace Hyper.Core.Internal;

/// <summary>
/// A connection and the hash of its handshake, by which both sides know it and nobody else. It may come without keys and get
/// them later. Belongs to the loop; ends with the connection, which belongs to its mux.
/// </summary>
internal sealed class KeyedConnection
{
    private readonly NoiseSecretStream? _stream;
    private byte[] _handshakeHash = [];

    /// <summary>A connection that may still be without keys.</summary>
    public KeyedConnection(Protomux mux, NoiseSecretStream stream)
        : this(mux)
    {
        _stream = stream;
        if (!TryOpen())
            _ = OpenLaterAsync(stream);
    }

    /// <summary>Any stream of messages; both sides have to know the same hash.</summary>
    public KeyedConnection(Protomux mux, bool isInitiator, ReadOnlySpan<byte> handshakeHash)
        : this(mux)
    {
        IsInitiator = isInitiator;
        _handshakeHash = handshakeHash.ToArray();
        IsOpen = true;
    }

    private KeyedConnection(Protomux mux)
    {
        Mux = mux;
        mux.Closed += (_, _) => Close();
    }

    /// <summary>Raised when the keys came after it was made.</summary>
    public event Action? OpenedLater;

    /// <summary>Raised once when the connection is gone.</summary>
    public event Action? Closed;

    public Protomux Mux { get; }

    public bool IsInitiator { get; private set; }

    /// <summary>The other side's key; zero where the connection has none.</summary>
    public Bytes32 RemotePublicKey => _stream?.RemotePublicKey ?? default;

    /// <summary>Whether it has had its keys.</summary>
    public bool IsOpen { get; private set; }

    public bool IsClosed { get; private set; }

    public ReadOnlySpan<byte> HandshakeHash => _handshakeHash;

    /// <summary>Takes the keys when they are there. The other side can ask before we were told of them.</summary>
    /// <returns>Whether the connection has its keys and is there.</returns>
    public bool TryOpen()
    {
        if (IsOpen || IsClosed || _stream is null || !_stream.IsOpen || _stream.IsClosed)
            return IsOpen && !IsClosed;
        IsOpen = true;
        IsInitiator = _stream.IsInitiator;
        _handshakeHash = _stream.HandshakeHash.ToArray();
        return true;
    }

    private async Task OpenLaterAsync(NoiseSecretStream stream)
    {
        await stream.Opened;
        if (TryOpen())
            OpenedLater?.Invoke();
    }

    private void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        Closed?.Invoke();
    }
}
