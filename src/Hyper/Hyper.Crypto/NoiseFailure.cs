namespace Hyper.Crypto;

/// <summary>Why a handshake has failed. It cannot be gone on with afterwards.</summary>
public enum NoiseFailure
{
    /// <summary>It has not failed.</summary>
    None,

    /// <summary>A message was shorter than its pattern demands, or longer than Noise allows.</summary>
    BadLength,

    /// <summary>A public key of the other side is no point of the prime-order group.</summary>
    BadPoint,

    /// <summary>A part of a message was not authentic: another key, prologue or transcript.</summary>
    BadAuthenticator,
}
