using Hyper.Encoding;
using Hyper.Mux;

namespace Intercom.Sidechannels;

/// <summary>One connection to a peer. Used on the loop of the sidechannels only.</summary>
public interface ISidechannelConnection
{
    /// <summary>The mux on the connection; other protocols may share it.</summary>
    Protomux Mux { get; }

    /// <summary>The key the other side has proven to hold.</summary>
    Bytes32 RemotePublicKey { get; }

    /// <summary>Stops reading, so that the transport slows the sender. A little may still arrive.</summary>
    void PauseReading();

    /// <summary>Goes on after <see cref="PauseReading"/>.</summary>
    void ResumeReading();

    /// <summary>Gives the connection up.</summary>
    void Close();
}
