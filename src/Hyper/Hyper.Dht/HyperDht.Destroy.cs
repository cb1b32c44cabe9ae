namespace Hyper.Dht;

public sealed partial class HyperDht
{
    /// <summary>
    /// Takes the node down in less than two seconds: gives up connects, tells the relays of its servers to forget them,
    /// destroys all streams, and closes all sockets. May be called again.
    /// </summary>
    /// <param name="force">Says nothing to other nodes; what was announced stays until it expires.</param>
    public Task DestroyAsync(bool force = false)
    {
        Loop.VerifyAccess();
        if (!IsDestroyed)
        {
            IsDestroyed = true;
            _destroyed = DestroyCoreAsync(force);
        }
        return _destroyed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Loop.InvokeAsync(() => DestroyAsync());

    private async Task DestroyCoreAsync(bool force)
    {
        foreach (var attempt in _attempts.ToArray())
            attempt.Abandon(HyperDhtErrorCode.NodeDestroyed, "was given up: the node is closing.");
        try
        {
            if (force)
                Array.ForEach(_servers.ToArray(), server => server.Abandon());
            else
                await Task.WhenAll(_servers.ToArray().Select(server => server.CloseAsync()));
        }
        finally
        {
            // Whatever became of the goodbyes, the sockets go.
            _interfaces.Dispose();
            _punchSockets.Dispose();
            _node.Close();
            _udx.Dispose();
            if (Options.KeyPair is null)
                KeyPair.Dispose();
        }
    }
}
