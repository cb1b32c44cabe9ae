using Hyper.Encoding;
using Hyper.Mux;
using TestKit;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>One end of a pipe as a connection.</summary>
internal sealed class PipeConnection(MessagePipe pipe, Bytes32 remotePublicKey) : ISidechannelConnection
{
    public Protomux Mux { get; } = new(pipe);

    public Bytes32 RemotePublicKey { get; } = remotePublicKey;

    public int Pauses { get; private set; }

    public bool IsPaused { get; private set; }

    public void PauseReading()
    {
        Pauses++;
        IsPaused = true;
        pipe.PauseReading();
    }

    public void ResumeReading()
    {
        IsPaused = false;
        pipe.ResumeReading();
    }

    public void Close() => Mux.Destroy();
}
