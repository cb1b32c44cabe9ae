namespace Hyper.BlindRelay;

/// <summary>A pairing that failed.</summary>
/// <param name="code">One of <see cref="BlindRelayErrorCode"/>.</param>
/// <param name="message">What happened and what to do.</param>
public sealed class BlindRelayException(string code, string message) : IOException(message)
{
    /// <summary>One of <see cref="BlindRelayErrorCode"/>.</summary>
    public string Code { get; } = code;
}
