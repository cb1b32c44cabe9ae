namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>Recorded cases that are not replayed here, each with the reason.</summary>
internal static class WaitingCases
{
    public static IReadOnlyDictionary<string, string> All { get; } =
        new Dictionary<string, string>
        {
            ["chain-ttl-3"] = "two real peers: see RelayTests",
            ["chain-ttl-2"] = "two real peers: see RelayTests",
            ["chain-ttl-1"] = "two real peers: see RelayTests",
            ["chain-ttl-0"] = "two real peers: see RelayTests",
            ["chain-own"] = "two real peers: see RelayTests",
        };
}
