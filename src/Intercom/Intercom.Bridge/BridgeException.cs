namespace Intercom.Bridge;

/// <summary>The bridge could not start.</summary>
public sealed class BridgeException(string code, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>One of <see cref="BridgeErrorCode"/>.</summary>
    public string Code { get; } = code;
}
