using Hyper.Encoding;

namespace Hyper.Dht;

/// <summary>A DHT operation that failed. <see cref="Code"/> is stable and that of hyperdht where it has one.</summary>
public sealed class HyperDhtException : IOException
{
    internal HyperDhtException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>What failed, for programs: one of <see cref="HyperDhtErrorCode"/>.</summary>
    public string Code { get; }

    internal static HyperDhtException ForPeer(string code, in Bytes32 publicKey, string text) =>
        new(code, $"Connecting to {publicKey}… {text}");
}
