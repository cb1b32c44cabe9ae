using Hyper.BlindRelay;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Serving;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    private readonly HandshakeAdmission _admission;

    /// <summary>Our addresses in local networks.</summary>
    internal LocalAddresses LocalAddresses { get; }

    /// <summary>Makes a server; <see cref="DhtServer.ListenAsync"/> lets it begin.</summary>
    /// <param name="onConnection">Takes each connection, already open. It must start or destroy the stream.</param>
    /// <param name="options">Its behaviour.</param>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public DhtServer CreateServer(Action<NoiseSecretStream> onConnection, DhtServerOptions? options = null)
    {
        ThrowIfDestroyed();
        return new DhtServer(this, (stream, _) => onConnection(stream), options ?? new DhtServerOptions());
    }

    /// <summary>Makes a relay for others' connections; <see cref="DhtRelay.ListenAsync"/> lets it begin.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="serverOptions">How its clients are let in.</param>
    /// <exception cref="HyperDhtException">The node is closed.</exception>
    public DhtRelay CreateRelay(BlindRelayServerOptions? options = null, DhtServerOptions? serverOptions = null)
    {
        ThrowIfDestroyed();
        return new DhtRelay(this, options, serverOptions);
    }

    /// <summary>Whether a client's first message is to be looked at.</summary>
    internal bool TryAdmitHandshake(DhtServer server, in UdpAddress sender, in UdpAddress client)
    {
        var isProven = server.Announcer.IsRelay(sender) || _node.HasProvenItself(client);
        if (_admission.TryAdmit(sender, client, isProven))
            return true;
        _node.Statistics.HandshakesLimited++;
        DhtMetrics.CountLimited(DhtMetrics.Handshakes);
        return false;
    }

    internal void Register(DhtServer server, in Bytes32 target, in Bytes32 publicKey)
    {
        ThrowIfDestroyed();
        if (!_router.TryAddServer(target, server))
        {
            throw new HyperDhtException(
                HyperDhtErrorCode.KeyPairAlreadyUsed,
                $"Another server of this node listens under {publicKey}… already. Close it first."
            );
        }
        _servers.Add(server);
    }

    internal void Unregister(DhtServer server, in Bytes32 target)
    {
        _router.RemoveServer(target);
        _servers.Remove(server);
    }
}
