namespace Hyper.Crypto.Tests;

/// <summary>Both sides of one handshake, with fixed keys.</summary>
internal sealed class NoisePair : IDisposable
{
    private readonly KeyPair _initiatorKeys;
    private readonly KeyPair _responderKeys;

    public NoisePair(
        NoisePattern pattern,
        byte[] initiatorSeed,
        byte[] responderSeed,
        byte[] initiatorEphemeral,
        byte[] responderEphemeral,
        byte[] prologue
    )
    {
        _initiatorKeys = KeyPair.FromSeed(initiatorSeed);
        _responderKeys = KeyPair.FromSeed(responderSeed);
        var known = _responderKeys.PublicKey;
        Initiator = new NoiseHandshake(pattern, true, _initiatorKeys, prologue, known, initiatorEphemeral);
        Responder = new NoiseHandshake(pattern, false, _responderKeys, prologue, null, responderEphemeral);
    }

    public NoiseHandshake Initiator { get; }

    public NoiseHandshake Responder { get; }

    public (NoiseHandshake Sender, NoiseHandshake Receiver) InTurn(string sender) =>
        sender == "initiator" ? (Initiator, Responder) : (Responder, Initiator);

    public static string Write(NoiseHandshake sender, byte[] payload)
    {
        var message = new byte[payload.Length + sender.MessageOverheadBytes];
        Assert.True(sender.TryWriteMessage(payload, message, out var written));
        Assert.Equal(message.Length, written);
        return Convert.ToHexStringLower(message);
    }

    public static string Read(NoiseHandshake receiver, byte[] message)
    {
        var payload = new byte[message.Length - receiver.MessageOverheadBytes];
        Assert.True(receiver.TryReadMessage(message, payload, out var length));
        Assert.Equal(payload.Length, length);
        return Convert.ToHexStringLower(payload);
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
        _initiatorKeys.Dispose();
        _responderKeys.Dispose();
    }
}
