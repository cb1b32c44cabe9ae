namespace Hyper.Bee.Internal;

/// <summary>A message of the core extension <c>hyperbee</c>: any of three parts.</summary>
internal sealed record ExtensionMessage(
    CacheMessage? Cache = null,
    GetMessage? Get = null,
    IteratorMessage? Iterator = null
);
