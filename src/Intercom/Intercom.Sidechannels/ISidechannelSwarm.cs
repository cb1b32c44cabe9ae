using Hyper.Encoding;

namespace Intercom.Sidechannels;

/// <summary>The network as sidechannels need it. Everything happens on the loop of the sidechannels.</summary>
public interface ISidechannelSwarm
{
    /// <summary>
    /// Begins to tell <paramref name="handler"/> of connections: those that exist at once, the others as they come.
    /// Called once.
    /// </summary>
    void Attach(ISidechannelSwarmHandler handler);

    /// <summary>Looks for peers of the topic and lets them find this one. Joining again does nothing.</summary>
    void Join(Bytes32 topic);

    /// <summary>Stops both. Connections that exist stay.</summary>
    void Leave(Bytes32 topic);
}
