namespace Intercom.Sidechannels;

/// <summary>Something that keeps messages from passing on a channel.</summary>
/// <param name="Gate">The gate, as in <see cref="DropReasonText.GateOf"/>, or <c>join</c>, <c>network</c>, <c>peer</c>.</param>
/// <param name="Cause">What is the case, a sentence without a full stop.</param>
/// <param name="Fix">What would change it, and who has to do it.</param>
/// <param name="Peer">The peer it is about, hexadecimal key; null when it is about this one or all.</param>
public sealed record ChannelFinding(string Gate, string Cause, string Fix, string? Peer = null);
