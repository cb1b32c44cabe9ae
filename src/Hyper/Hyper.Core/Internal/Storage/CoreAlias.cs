using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>A name that a store knows a core by.</summary>
/// <param name="Space">The Corestore namespace.</param>
/// <param name="Name">The name in it.</param>
internal readonly record struct CoreAlias(Bytes32 Space, string Name);
