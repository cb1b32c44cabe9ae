using System.Net;
using System.Net.Sockets;
using Hyper.Dht;
using Hyper.Loop;

namespace Intercom.Node;

/// <summary>
/// The DHT that the peers of one machine share: four nodes in one process, the first at a port of loopback that all know.
/// Whoever finds the port free runs them; the others look from time to time whether it has become free, and one of them takes over.
/// Belongs to its loop.
/// </summary>
public sealed class LocalDht : IAsyncDisposable
{
    /// <summary>Nodes in all. JavaScript peers on one machine find each other only with three or more.</summary>
    public const int DefaultNodes = 4;

    private static readonly TimeSpan _watchInterval = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly ushort _port;
    private readonly Action _onTakeOver;
    private readonly Action<Exception> _onFault;
    private readonly CancellationTokenSource _stopping = new();
    private HyperDhtTestnet? _nodes;
    private Task _watching = Task.CompletedTask;

    private LocalDht(EventLoop loop, ushort port, Action onTakeOver, Action<Exception> onFault)
    {
        _loop = loop;
        _port = port;
        _onTakeOver = onTakeOver;
        _onFault = onFault;
    }

    /// <summary>Where the peers of one machine look for it unless told otherwise.</summary>
    public const ushort DefaultPort = HyperDhtOptions.DefaultPort;

    /// <summary>Whether the nodes run in this process.</summary>
    public bool IsHost => _nodes is not null;

    /// <summary>What peers start from when the first node is at <paramref name="port"/>.</summary>
    public static UdpAddress BootstrapAt(ushort port) => new(IPAddress.Loopback, port);

    /// <summary>Runs the nodes if nobody does, and watches from then on. Called on the loop.</summary>
    /// <param name="loop">The loop that will own the nodes.</param>
    /// <param name="port">UDP port of the first node.</param>
    /// <param name="onTakeOver">
    /// Told when this process takes the nodes over later on. What it throws is a fault of the handler, for the loop to tell; the
    /// nodes run all the same.
    /// </param>
    /// <param name="onFault">
    /// Told why this process cannot take the nodes over though nobody runs them; it goes on trying, and tells another
    /// reason, or the same after it had gone, anew.
    /// </param>
    /// <exception cref="SocketException">The nodes cannot be run, and not because somebody else does.</exception>
    public static async Task<LocalDht> JoinAsync(
        EventLoop loop,
        ushort port,
        Action onTakeOver,
        Action<Exception> onFault
    )
    {
        var local = new LocalDht(loop, port, onTakeOver, onFault);
        await local.TryHostAsync();
        if (!local.IsHost)
            local._watching = local.WatchAsync();
        return local;
    }

    /// <summary>Stops the nodes, if they run here, and the watch.</summary>
    public Task StopAsync() => _loop.InvokeAsync(StopCoreAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StopCoreAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        if (_nodes is not null)
            await _nodes.DestroyAsync();
        _nodes = null;
        _stopping.Dispose();
    }

    private async Task<bool> TryHostAsync()
    {
        try
        {
            _nodes = await HyperDhtTestnet.CreateAsync(_loop, DefaultNodes, port: _port);
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private async Task WatchAsync()
    {
        string? told = null;
        while (!IsHost)
        {
            // Not all at once when the host leaves: the first one wins, the others find the port taken.
            var pause = _watchInterval * (0.75 + _loop.Random.NextDouble() / 2);
            try
            {
                await Task.Delay(pause, _loop.Time, _stopping.Token);
                var isHost = await TryHostAsync();
                told = null;
                if (isHost)
                    _loop.Post(static takenOver => ((Action)takenOver!)(), _onTakeOver);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Such as too many open files: it may pass, and there is nobody else to do it.
                if (error.Message != told)
                    _onFault(error);
                told = error.Message;
            }
        }
    }
}
