namespace Hyper.Core.Internal;

/// <summary>Messages of what is built on top of the core, by name. Names that nobody has registered are ignored.</summary>
internal sealed partial class Replicator
{
    private readonly Dictionary<string, CoreExtension> _extensions = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(CoreExtension extension)
    {
        if (!_extensions.TryAdd(extension.Name, extension))
            throw new ArgumentException($"The extension '{extension.Name}' is registered already.", nameof(extension));
    }

    public void Remove(CoreExtension extension) => _extensions.Remove(extension.Name);

    public void OnExtension(ReplicationPeer peer, string name, ReadOnlyMemory<byte> message)
    {
        if (_extensions.TryGetValue(name, out var extension))
            extension.Receive(peer, message);
    }
}
