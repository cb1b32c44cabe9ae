using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// Messages between those who replicate a core and know an extension of the same name. They are neither stored nor signed, and
/// are lost if nobody is connected. Used on the loop of its core.
/// </summary>
public sealed class CoreExtension : IDisposable
{
    /// <summary>Longest name in UTF-8 bytes.</summary>
    public const int MaxNameBytes = 256;

    private readonly Replicator _replicator;
    private readonly Action<Bytes32, ReadOnlyMemory<byte>> _onMessage;

    internal CoreExtension(Replicator replicator, string name, Action<Bytes32, ReadOnlyMemory<byte>> onMessage)
    {
        if (name.Length == 0 || TextEncoding.UTF8.GetByteCount(name) > MaxNameBytes)
            throw new ArgumentException($"The name of an extension has 1 to {MaxNameBytes} bytes.", nameof(name));
        _replicator = replicator;
        _onMessage = onMessage;
        Name = name;
        replicator.Add(this);
    }

    /// <summary>By this the other side knows what a message is for.</summary>
    public string Name { get; }

    /// <summary>
    /// Whether this is the earliest of its name on the core that is still open: the one to answer where one answer is enough.
    /// </summary>
    public bool IsFirst => _replicator.IsFirst(this);

    /// <summary>Sends to every peer.</summary>
    /// <returns>False if one of them asks to wait: its queue is full, and the message was taken all the same.</returns>
    public bool Broadcast(ReadOnlyMemory<byte> message)
    {
        var goesOn = true;
        foreach (var peer in _replicator.Peers.ToArray())
            goesOn &= peer.SendExtension(Name, message);
        return goesOn;
    }

    /// <summary>Sends to one peer.</summary>
    /// <returns>False if there is none of that key, or it asks to wait.</returns>
    public bool Send(Bytes32 remotePublicKey, ReadOnlyMemory<byte> message)
    {
        foreach (var peer in _replicator.Peers)
        {
            if (peer.Link.RemotePublicKey == remotePublicKey)
                return peer.SendExtension(Name, message);
        }
        return false;
    }

    /// <summary>Whether a peer of that key is connected, and does not ask to wait.</summary>
    public bool CanSend(Bytes32 remotePublicKey)
    {
        foreach (var peer in _replicator.Peers)
        {
            if (peer.Link.RemotePublicKey == remotePublicKey)
                return peer.CanSendExtension;
        }
        return false;
    }

    internal bool IsDisposed { get; private set; }

    /// <summary>Takes no more messages.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        _replicator.Remove(this);
    }

    internal void Receive(ReplicationPeer peer, ReadOnlyMemory<byte> message)
    {
        if (!IsDisposed)
            _onMessage(peer.Link.RemotePublicKey, message);
    }
}
