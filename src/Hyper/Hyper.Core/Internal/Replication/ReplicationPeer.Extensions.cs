namespace Hyper.Core.Internal;

/// <summary>Messages of what is built on top of cores.</summary>
internal sealed partial class ReplicationPeer
{
    private string _lastSent = "";
    private string _lastReceived = "";

    /// <summary>Whether messages of extensions would go out now, and not wait for the stream.</summary>
    public bool CanSendExtension => IsOpen && !IsDropped && _channel!.Drained;

    /// <summary>False when the stream asks to wait, or the channel is closed.</summary>
    public bool SendExtension(string name, ReadOnlyMemory<byte> content)
    {
        if (!IsOpen || IsDropped)
            return false;
        // The name is sent when it changes.
        var message = new ExtensionMessage(name == _lastSent ? "" : name, content);
        _lastSent = name;
        return Send(
            MessageType.Extension,
            ExtensionCodec.GetSize(message),
            message,
            static (ref writer, message) => ExtensionCodec.Write(ref writer, message)
        );
    }

    private bool TryTakeExtension(ReadOnlySpan<byte> bytes)
    {
        if (!ExtensionCodec.TryRead(bytes.ToArray(), out var message))
            return false;
        if (message.Name.Length > 0)
            _lastReceived = message.Name;
        _replicator.OnExtension(this, _lastReceived, message.Message);
        return true;
    }
}
