using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;
using Intercom.Sidechannels;

namespace Intercom.Node.Internal;

/// <summary>
/// One connection of the swarm with its mux, which it shares with whoever else asks for <see cref="Protomux.From"/>.
/// </summary>
internal sealed class SwarmConnection(NoiseSecretStream stream, ProtomuxOptions options) : ISidechannelConnection
{
    private bool _isPaused;

    public Protomux Mux { get; } = Protomux.From(stream, options);

    public Bytes32 RemotePublicKey => stream.RemotePublicKey;

    public void Close() => stream.Destroy();

    void ISidechannelConnection.PauseReading()
    {
        if (_isPaused)
            return;
        _isPaused = true;
        Mux.PauseReading();
    }

    void ISidechannelConnection.ResumeReading()
    {
        if (!_isPaused)
            return;
        _isPaused = false;
        Mux.ResumeReading();
    }
}
