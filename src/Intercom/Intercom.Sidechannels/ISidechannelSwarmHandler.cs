namespace Intercom.Sidechannels;

/// <summary>What a swarm tells its sidechannels, on their loop. None of it throws.</summary>
public interface ISidechannelSwarmHandler
{
    /// <summary>A connection is there and can carry channels.</summary>
    void OnConnected(ISidechannelConnection connection);

    /// <summary>The connection is gone; the last call about it.</summary>
    void OnDisconnected(ISidechannelConnection connection);
}
