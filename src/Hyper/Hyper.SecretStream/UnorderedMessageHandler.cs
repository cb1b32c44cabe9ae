namespace Hyper.SecretStream;

/// <summary>Receives an unordered message, valid during the call only. It may be lost, repeated or overtaken.</summary>
public delegate void UnorderedMessageHandler(ReadOnlySpan<byte> message);
