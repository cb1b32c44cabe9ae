namespace Hyper.Crypto;

/// <summary>The Noise handshakes in use.</summary>
public enum NoisePattern
{
    /// <summary>Two messages; the initiator knows the responder's key. HyperDHT connects with it.</summary>
    IK,

    /// <summary>Three messages; neither side knows the other. A stand-alone secret stream opens with it.</summary>
    XX,
}
