namespace Interop.Tests.Layers;

/// <summary>What came of it.</summary>
/// <param name="Frames">Frames written, in hexadecimal digits.</param>
/// <param name="Events">Callbacks, in order.</param>
/// <param name="Failure">Why the stream is destroyed, or null.</param>
/// <param name="IsCorked">Whether replies are held back; known of the partner's only.</param>
internal sealed record MuxOutcome(string[] Frames, MuxEvent[] Events, string? Failure, bool IsCorked);
