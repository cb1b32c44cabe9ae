namespace Hyper.Udx;

/// <summary>Why a stream was lost.</summary>
public sealed class UdxException : IOException
{
    /// <summary>The other side stopped answering.</summary>
    public const string TimedOut = "ETIMEDOUT";

    /// <summary>The other side destroyed the stream.</summary>
    public const string ConnectionReset = "ECONNRESET";

    /// <summary>The stream's own socket or node was disposed.</summary>
    public const string Canceled = "ECANCELED";

    internal UdxException(string code, string message)
        : base(message) => Code = code;

    /// <summary>The code that udx-native gives for the same event: one of the constants of this type.</summary>
    public string Code { get; }
}
