namespace Hyper.Dht.Messages;

/// <summary>Says that the stream will carry a secret stream.</summary>
internal sealed record SecretStreamInfo(uint Version = 1);
