namespace Intercom.Sidechannels;

/// <summary>A peer asked to open a channel.</summary>
/// <param name="Channel">The channel to open.</param>
/// <param name="Via">The channel the request came on.</param>
/// <param name="Request">The request itself.</param>
/// <param name="Join">What joining at once came to; null when that is not switched on.</param>
public sealed record SidechannelOpenRequest(string Channel, string Via, SidechannelMessage Request, JoinStatus? Join);
