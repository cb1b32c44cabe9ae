using Hyper.Core;
using Hyper.Encoding;

namespace Hyper.Bee.Internal;

/// <summary>
/// The core extension <c>hyperbee</c>: a read that waits for a peer's blocks tells what it reads, and the peer, which can walk
/// through the tree at once, names all the blocks that it will need. Source: hyperbee 2.26.5, lib/extension.js.
/// </summary>
/// <remarks>
/// Nothing depends on it: messages may be lost, and what is too much is left out. Peers are not trusted: blocks are downloaded
/// only as an answer to what was asked, and each peer has one answer made at a time, while it takes what is sent. Owned by the
/// bee, on the loop of its core.
/// </remarks>
internal sealed partial class BeeExtension : IDisposable
{
    public const string Name = "hyperbee";

    /// <summary>Blocks of a range after which it says again where it stands.</summary>
    public const int HintedBlocks = 2048;

    /// <summary>Blocks that an answer names at most.</summary>
    public const int MaxAnsweredBlocks = HintedBlocks + 128;

    /// <summary>Blocks that answers may still make us download, at most: several reads at once.</summary>
    private const int MaxExpectedBlocks = 8 * MaxAnsweredBlocks;

    /// <summary>Downloads at a time. The oldest gives way: its read is over, or asks for each block itself.</summary>
    private const int MaxDownloads = 64;

    private readonly Hypercore _core;
    private readonly CoreExtension _extension;
    private readonly BlockReader _stored;
    private readonly Queue<CoreDownload> _downloads = [];
    private int _expectedBlocks;
    private bool _isDisposed;

    public BeeExtension(Hypercore core, BlockCache cache)
    {
        _core = core;
        _stored = new BlockReader(core, cache, epoch: null) { IsLocal = true };
        _extension = core.RegisterExtension(Name, OnMessage);
    }

    /// <summary>Messages that were ignored: no message of these, too many, or an answer to nothing.</summary>
    public int Ignored { get; private set; }

    /// <summary>Messages that told of a read here.</summary>
    public int Sent { get; private set; }

    /// <summary>Tells all peers of a read, whose answers may name <paramref name="blocks"/> blocks.</summary>
    public void Broadcast(ExtensionMessage message, int blocks)
    {
        if (_isDisposed || ExtensionCodec.GetSize(message) > ExtensionCodec.MaxMessageBytes)
            return;
        _expectedBlocks = Math.Min(_expectedBlocks + blocks, MaxExpectedBlocks);
        Sent++;
        _extension.Broadcast(ExtensionCodec.EncodeFrame(message));
    }

    public void Dispose()
    {
        _isDisposed = true;
        _extension.Dispose();
        foreach (var download in _downloads)
            download.Dispose();
        _downloads.Clear();
    }

    private void OnMessage(Bytes32 from, ReadOnlyMemory<byte> bytes)
    {
        if (!ExtensionCodec.TryReadFrame(bytes, out var message))
        {
            Ignored++;
            return;
        }
        if (message.Cache is { } cache)
            OnCache(cache);
        // Of several bees on a core one answers.
        if (!_extension.IsFirst)
            return;
        if (message.Get is { } get)
            OnRequest(from, get.Version, source => NameAsync(source, get));
        if (message.Iterator is { } iterator)
            OnRequest(from, iterator.Version, source => NameAsync(from, source, iterator));
    }

    private void OnCache(CacheMessage cache)
    {
        var blocks = new List<ulong>();
        foreach (var seq in cache.Blocks)
        {
            if (blocks.Count < _expectedBlocks && seq < _core.Length && !_core.Has(seq))
                blocks.Add(seq);
        }
        if (blocks.Count == 0)
        {
            Ignored++;
            return;
        }
        _expectedBlocks -= blocks.Count;
        while (
            _downloads.TryPeek(out var oldest) && (oldest.Completion.IsCompleted || _downloads.Count >= MaxDownloads)
        )
            _downloads.Dequeue().Dispose();
        _downloads.Enqueue(_core.Download(new DownloadRange { Blocks = blocks }));
    }
}
