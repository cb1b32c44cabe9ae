namespace Interop.Tests.Layers;

/// <summary>One thing to do: open, close, send, cork, uncork, deliver a frame, or settle the held pair handlers.</summary>
internal sealed record MuxOperation(
    string Op,
    string? Channel = null,
    string? Protocol = null,
    string? Id = null,
    bool Unique = false,
    string? Hex = null
);
