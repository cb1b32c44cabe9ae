namespace Hyper.Mux.Internal;

/// <summary>
/// One of our ids. Free when both are null. With a group but no channel it is a dead entry: closed here before the other
/// side answered, and kept because that answer is still to come and must be counted.
/// </summary>
internal readonly record struct LocalSlot(MuxChannel? Channel, ChannelGroup? AwaitedIn);
