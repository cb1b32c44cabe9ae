namespace Hyper.SecretStream;

/// <summary>Receives an unordered message, valid during the call only. It may be lost or overtaken, and comes once at most.</summary>
public delegate void UnorderedMessageHandler(ReadOnlySpan<byte> message);
