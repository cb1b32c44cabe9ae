namespace Hyper.Core.Internal;

/// <summary>The flags byte of a manifest from version 1 on, on the wire and on disk.</summary>
[Flags]
internal enum ManifestFlags : byte
{
    None = 0,
    Patch = 1,
    Prologue = 2,
    Linked = 4,
    UserData = 8,
}
