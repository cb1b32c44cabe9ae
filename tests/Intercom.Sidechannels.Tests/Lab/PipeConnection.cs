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

    public bool IgnoresPause { get; set; }

    public bool IsPaused { get; private set; }

    /// <summary>Messages to the other end above which the mux is asked to wait.</summary>
    public int HighWaterMark
    {
        set => pipe.HighWaterMark = value;
    }

    public void PauseReading()
    {
        Pauses++;
        IsPaused = true;
        if (!IgnoresPause)
            pipe.PauseReading();
    }

    public void ResumeReading()
    {
        IsPaused = false;
        pipe.ResumeReading();
    }

    public void Close() => Mux.Destroy();
}
