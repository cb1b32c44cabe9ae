namespace Interop.Tests.Layers;

/// <summary>A channel by its name, and whether both sides have opened it as far as this one knows.</summary>
internal sealed record MuxChannelInfo(string Name, bool IsOpen);
