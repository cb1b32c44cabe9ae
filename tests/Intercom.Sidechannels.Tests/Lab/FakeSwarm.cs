using Hyper.Encoding;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>A swarm whose connections the test makes and breaks.</summary>
internal sealed class FakeSwarm : ISidechannelSwarm
{
    private ISidechannelSwarmHandler? _handler;

    public HashSet<Bytes32> Topics { get; } = [];

    public List<PipeConnection> Connections { get; } = [];

    public void Attach(ISidechannelSwarmHandler handler)
    {
        _handler = handler;
        foreach (var connection in Connections)
            handler.OnConnected(connection);
    }

    public void Join(Bytes32 topic) => Topics.Add(topic);

    public void Leave(Bytes32 topic) => Topics.Remove(topic);

    public void Add(PipeConnection connection)
    {
        Connections.Add(connection);
        connection.Mux.Closed += (_, _) => Remove(connection);
        _handler?.OnConnected(connection);
    }

    public void Remove(PipeConnection connection)
    {
        if (Connections.Remove(connection))
            _handler?.OnDisconnected(connection);
    }
}
