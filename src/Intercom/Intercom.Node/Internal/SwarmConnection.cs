using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.SecretStream;
using Intercom.Sidechannels;

namespace Intercom.Node.Internal;

/// <summary>
/// One connection of the swarm with its mux. It stands between the two so that mux and sidechannels can each pause
/// reading without undoing the other's pause.
/// </summary>
internal sealed class SwarmConnection : ISidechannelConnection, IMessageDuplex
{
    private readonly NoiseSecretStream _stream;
    private bool _isPausedByMux;
    private bool _isPausedBySidechannels;

    public SwarmConnection(NoiseSecretStream stream, ProtomuxOptions options)
    {
        _stream = stream;
        Mux = new Protomux(this, options);
    }

    public Protomux Mux { get; }

    public Bytes32 RemotePublicKey => _stream.RemotePublicKey;

    EventLoop IMessageDuplex.Loop => _stream.Loop;

    object? IMessageDuplex.UserData
    {
        get => _stream.UserData;
        set => _stream.UserData = value;
    }

    public void Close() => _stream.Destroy();

    void ISidechannelConnection.PauseReading() => SetPaused(_isPausedByMux, bySidechannels: true);

    void ISidechannelConnection.ResumeReading() => SetPaused(_isPausedByMux, bySidechannels: false);

    void IMessageDuplex.PauseReading() => SetPaused(byMux: true, _isPausedBySidechannels);

    void IMessageDuplex.ResumeReading() => SetPaused(byMux: false, _isPausedBySidechannels);

    void IMessageDuplex.Start(IMessageDuplexHandler handler) => _stream.Start(handler);

    bool IMessageDuplex.Write(ReadOnlySpan<byte> message) => _stream.Write(message);

    void IMessageDuplex.End() => _stream.End();

    void IMessageDuplex.Destroy(Exception? error) => _stream.Destroy(error);

    private void SetPaused(bool byMux, bool bySidechannels)
    {
        var wasPaused = _isPausedByMux || _isPausedBySidechannels;
        _isPausedByMux = byMux;
        _isPausedBySidechannels = bySidechannels;
        var isPaused = byMux || bySidechannels;
        if (isPaused && !wasPaused)
            _stream.PauseReading();
        else if (!isPaused && wasPaused)
            _stream.ResumeReading();
    }
}
