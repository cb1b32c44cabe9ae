namespace Hyper.SecretStream;

/// <summary>A secret stream that failed. <see cref="Code"/> is stable; see <see cref="SecretStreamErrorCode"/>.</summary>
public sealed class SecretStreamException(string code, string message, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>What failed, for programs: one of <see cref="SecretStreamErrorCode"/>.</summary>
    public string Code { get; } = code;
}
