namespace Hyper.Dht.Messages;

/// <summary>Value of a LOOKUP reply: records under a topic, and the newest bump (milliseconds of Unix time) or 0.</summary>
internal sealed record LookupReply(DhtPeer[] Peers, ulong Bump);
