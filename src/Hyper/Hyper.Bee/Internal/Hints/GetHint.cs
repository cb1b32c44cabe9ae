namespace Hyper.Bee.Internal;

/// <summary>Looks for a key: says so once.</summary>
internal sealed class GetHint(BeeExtension extension, ulong version, ReadOnlyMemory<byte> key) : ReadHint
{
    /// <summary>Blocks that an answer may name.</summary>
    private const int MaxBlocks = 128;

    private bool _isSent;

    public override void OnWait()
    {
        if (_isSent)
            return;
        _isSent = true;
        extension.Broadcast(new ExtensionMessage(Get: new GetMessage(version, key)), MaxBlocks);
    }
}
