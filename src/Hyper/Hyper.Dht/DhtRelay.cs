using Hyper.BlindRelay;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Mux;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht;

/// <summary>
/// Relays connections of others: listens under a key of its own, and joins the two ends that come with the same token.
/// It cannot read what it passes on. Best on a node that is open, since everybody has to reach it.
/// </summary>
/// <remarks>
/// Made by <see cref="HyperDht.CreateRelay"/>; belongs to that node and its loop, and owns a <see cref="DhtServer"/> and a
/// <see cref="BlindRelayServer"/>.
/// </remarks>
public sealed class DhtRelay : IAsyncDisposable
{
    private readonly HyperDht _dht;
    private readonly DhtServer _server;
    private readonly BlindRelayServer _relay;

    internal DhtRelay(HyperDht dht, BlindRelayServerOptions? options, DhtServerOptions? serverOptions)
    {
        _dht = dht;
        _relay = new BlindRelayServer(dht.Udx, options);
        _server = new DhtServer(dht, OnConnection, serverOptions ?? new DhtServerOptions());
    }

    /// <summary>The key by which peers name it; zero before <see cref="ListenAsync"/>.</summary>
    public Bytes32 PublicKey => _server.PublicKey;

    /// <summary>What it relays and has relayed.</summary>
    public BlindRelayStatistics Statistics => _relay.Statistics;

    /// <summary>The server through which its clients come.</summary>
    public DhtServer Server => _server;

    /// <inheritdoc cref="DhtServer.ListenAsync"/>
    public Task ListenAsync(KeyPair? keyPair = null) => _server.ListenAsync(keyPair);

    /// <summary>Stops listening and ends everything that is relayed.</summary>
    public async Task CloseAsync()
    {
        _relay.Dispose();
        await _server.CloseAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _dht.Loop.InvokeAsync(CloseAsync);

    private void OnConnection(NoiseSecretStream stream, UdxStream transport)
    {
        var mux = new Protomux(stream);
        if (!_relay.Accept(mux, stream.RemotePublicKey, transport, onIdle: () => stream.Destroy()))
            stream.Destroy();
    }
}
