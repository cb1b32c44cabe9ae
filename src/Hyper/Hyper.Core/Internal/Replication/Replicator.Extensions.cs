namespace Hyper.Core.Internal;

/// <summary>Messages of what is built on top of the core, by name. Names that nobody has registered are ignored.</summary>
internal sealed partial class Replicator
{
    private readonly Dictionary<string, List<CoreExtension>> _extensions = new(StringComparer.Ordinal);

    public void Add(CoreExtension extension)
    {
        if (!_extensions.TryGetValue(extension.Name, out var sameName))
            _extensions.Add(extension.Name, sameName = []);
        sameName.Add(extension);
    }

    public void Remove(CoreExtension extension)
    {
        if (
            _extensions.TryGetValue(extension.Name, out var sameName)
            && sameName.Remove(extension)
            && sameName.Count == 0
        )
            _extensions.Remove(extension.Name);
    }

    public bool IsFirst(CoreExtension extension) =>
        _extensions.TryGetValue(extension.Name, out var sameName) && sameName[0] == extension;

    public void OnExtension(ReplicationPeer peer, string name, ReadOnlyMemory<byte> message)
    {
        if (!_extensions.TryGetValue(name, out var sameName))
            return;
        // A copy: what one hears may close it, or another.
        foreach (var extension in sameName.ToArray())
            extension.Receive(peer, message);
    }
}
