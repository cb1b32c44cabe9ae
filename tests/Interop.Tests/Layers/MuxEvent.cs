namespace Interop.Tests.Layers;

/// <summary>A channel was made, opened, got a message or closed.</summary>
internal sealed record MuxEvent(string Name, string Channel, string Hex);
