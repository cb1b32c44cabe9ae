namespace Interop.Tests.Harness;

/// <summary>What a sidechannel peer came to.</summary>
/// <param name="Delivered">Ids delivered since it was asked last, in their order.</param>
/// <param name="Dropped">Messages dropped in all, by reason.</param>
/// <param name="Leaks">Received pieces that held the secret text.</param>
/// <param name="Watched">Bytes that were looked at.</param>
/// <param name="Connections">Connections it has had so far.</param>
public sealed record SidechannelLog(
    IReadOnlyList<string> Delivered,
    IReadOnlyDictionary<string, long> Dropped,
    long Leaks,
    long Watched,
    long Connections
);
