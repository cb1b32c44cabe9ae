namespace Hyper.Core.Internal;

/// <summary>Message type 9 of a replication channel: a message of what is built on top of cores.</summary>
/// <param name="Name">Whose; empty for the same as in the sender's last one.</param>
/// <param name="Message">The payload. A message that was read refers to the bytes it was read from.</param>
internal readonly record struct ExtensionMessage(string Name, ReadOnlyMemory<byte> Message);
