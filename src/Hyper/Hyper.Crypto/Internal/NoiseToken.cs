namespace Hyper.Crypto.Internal;

/// <summary>One step of a handshake message; e and s are keys, the pairs are Diffie-Hellman (initiator's key first).</summary>
internal enum NoiseToken : byte
{
    E,
    S,
    EE,
    ES,
    SE,
    SS,
}
