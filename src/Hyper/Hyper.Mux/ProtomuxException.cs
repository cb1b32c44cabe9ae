namespace Hyper.Mux;

/// <summary>Why a mux gave its stream up: the other side broke the protocol.</summary>
public sealed class ProtomuxException(string code, string message) : Exception(message)
{
    /// <summary>One of <see cref="ProtomuxErrorCode"/>.</summary>
    public string Code { get; } = code;
}
