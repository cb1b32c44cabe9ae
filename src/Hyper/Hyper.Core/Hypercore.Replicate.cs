using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.SecretStream;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    private readonly CancellationTokenSource _closing = new();
    private readonly List<CoreDownload> _downloads = [];
    private readonly List<CoreExtension> _extensions = [];

    /// <summary>Raised on the loop when another history of this core was found to be signed: its length and fork.</summary>
    public event Action<ulong, ulong>? Conflicted
    {
        add => _core.Conflicted += value;
        remove => _core.Conflicted -= value;
    }

    /// <summary>
    /// Raised on the loop when a peer's request or answer met something stored that is damaged: STORAGE_CORRUPT, naming what.
    /// Each finding once, until a repair. The peer hears that the block is not here; what is waited for fails if it needs it.
    /// </summary>
    public event Action<HypercoreException>? Damaged
    {
        add => _core.Damaged += value;
        remove => _core.Damaged -= value;
    }

    /// <summary>Who replicates the core with us now.</summary>
    public IReadOnlyList<CorePeer> Peers
    {
        get
        {
            VerifyOpen();
            return
            [
                .. _core.Replicator.Peers.Select(peer => new CorePeer
                {
                    RemotePublicKey = peer.Link.RemotePublicKey,
                    Length = peer.Remote.Length,
                    Fork = peer.Remote.Fork,
                    ContiguousLength = peer.Remote.Blocks.ContiguousLength,
                    IsDownloading = peer.Remote.Flags.HasFlag(SyncFlags.Downloading),
                    InFlight = peer.InFlight,
                }),
            ];
        }
    }

    /// <summary>
    /// Replicates this core over a connection, until that ends. A <see cref="Corestore"/> replicates all of its cores at once.
    /// </summary>
    /// <param name="stream">A connection that nobody reads, or that a <see cref="Mux.Protomux"/> reads. Stays its owner's.</param>
    public void Replicate(NoiseSecretStream stream)
    {
        VerifyOpen();
        _core.Storage.Store.GetLink(stream).Attach(_core.Replicator);
    }

    /// <summary>
    /// Waits until the core is longer, or another fork of it was taken over: true. False when no peer has more than we.
    /// </summary>
    /// <param name="timeout">How long to wait, at most; 30 seconds by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="HypercoreException">REQUEST_TIMEOUT, WRITE_FAILED, SESSION_CLOSED or CONFLICT.</exception>
    public async Task<bool> UpdateAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        VerifyOpen();
        if (_state.IsSnapshot)
            return false;
        return await EndWithSessionAsync(
            token => _core.Replicator.UpdateAsync(timeout ?? new GetOptions().Timeout, token),
            cancellationToken
        );
    }

    /// <summary>
    /// Says that peers are being looked for: until the result is disposed, updates wait for the first of them.
    /// </summary>
    public IDisposable FindingPeers()
    {
        VerifyOpen();
        return new Finding(_core.Replicator);
    }

    /// <summary>Downloads blocks, until all are here or the session is closed.</summary>
    public CoreDownload Download(DownloadRange? range = null)
    {
        VerifyOpen();
        range ??= new DownloadRange();
        var demand = new RangeDemand(
            range.Blocks is null ? range.Start : 0,
            range.End,
            range.Blocks?.ToArray(),
            range.IsLinear
        );
        var download = new CoreDownload(_core.Replicator, demand);
        _downloads.RemoveAll(other => other.Completion.IsCompleted);
        _downloads.Add(download);
        return download;
    }

    /// <summary>
    /// Takes messages of an extension, and sends them, until it is disposed or the session is closed. Where several of a core
    /// have one name, each hears every message.
    /// </summary>
    /// <param name="name">1 to 256 bytes in UTF-8.</param>
    /// <param name="onMessage">Called on the loop with the sender's key and the message. Must not throw.</param>
    public CoreExtension RegisterExtension(string name, Action<Bytes32, ReadOnlyMemory<byte>> onMessage)
    {
        VerifyOpen();
        var extension = new CoreExtension(_core.Replicator, name, onMessage);
        _extensions.RemoveAll(other => other.IsDisposed);
        _extensions.Add(extension);
        return extension;
    }

    /// <summary>Runs a wait that the end of this session ends too.</summary>
    private async Task<T> EndWithSessionAsync<T>(
        Func<CancellationToken, Task<T>> wait,
        CancellationToken cancellationToken
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            return await wait(either.Token);
        }
        catch (OperationCanceledException) when (_isClosed && !cancellationToken.IsCancellationRequested)
        {
            throw new HypercoreException(HypercoreErrorCode.SessionClosed, "The session was closed.");
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
    }

    /// <summary>Ends what this session waits for, and its part in keeping the core in use.</summary>
    private void EndReplication()
    {
        foreach (var extension in _extensions)
            extension.Dispose();
        foreach (var download in _downloads)
            download.Dispose();
        _closing.Cancel();
        _closing.Dispose();
        _core.OnSessionClosed(_allowFork);
    }

    private sealed class Finding : IDisposable
    {
        private Replicator? _replicator;

        public Finding(Replicator replicator)
        {
            _replicator = replicator;
            replicator.AddFinding();
        }

        public void Dispose()
        {
            _replicator?.RemoveFinding();
            _replicator = null;
        }
    }
}
