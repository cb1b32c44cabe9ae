using Hyper.Encoding;

namespace Hyper.Dht;

/// <summary>A DHT operation that failed. <see cref="Code"/> is stable and that of hyperdht where it has one.</summary>
public sealed class HyperDhtException : IOException
{
    internal HyperDhtException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>What failed, for programs: one of <see cref="HyperDhtErrorCode"/>.</summary>
    public string Code { get; }

    /// <summary>What a connect that failed had tried, or null for other operations.</summary>
    public DhtConnectReport? Report { get; private init; }

    /// <summary>The text without whom it is about.</summary>
    internal string Reason { get; private init; } = "";

    internal static HyperDhtException ForPeer(
        string code,
        in Bytes32 publicKey,
        string reason,
        DhtConnectReport? report = null
    ) => new(code, $"Connecting to {publicKey}… {reason}") { Reason = reason, Report = report };
}
