using System.Diagnostics.CodeAnalysis;
using Hyper.Core;

namespace Hyper.Bee.Internal;

/// <summary>
/// Changes a tree and makes the blocks that say so, byte for byte as JavaScript. The changes are seen here at once, and by
/// others when they are flushed. Source: hyperbee 2.26.5, index.js, <c>Batch</c>.
/// </summary>
/// <remarks>
/// Used by one operation at a time, under the lock of the bee. Nodes are loaded as mutable copies and shared between the tree
/// and the indexes of pending blocks. An operation that fails half way leaves the writer unusable.
/// </remarks>
internal sealed partial class TreeWriter(Hypercore core, BlockReader reader, BeeShared shared) : TreeSource
{
    private readonly List<PendingBlock> _pending = [];
    private ulong _start;
    private ulong _startFork;
    private WorkingNode? _root;
    private ulong _rootVersion;
    private int _rootEpoch;
    private bool _isBroken;

    /// <summary>Blocks that wait to be flushed.</summary>
    public int Count => _pending.Count;

    /// <summary>Counts effective operations: a walk through the tree ends when it changes.</summary>
    public int Changes { get; private set; }

    /// <summary>Version of the tree with what is pending.</summary>
    public ulong Version => Math.Max(1, Length);

    private ulong Length => _pending.Count > 0 ? _start + (ulong)_pending.Count : core.Length;

    public override ValueTask<BeeBlock> GetBlockAsync(ulong seq, CancellationToken cancellationToken) =>
        TryGetBlock(seq, out var block) ? ValueTask.FromResult(block) : reader.GetBlockAsync(seq, cancellationToken);

    public override bool TryGetBlock(ulong seq, [NotNullWhen(true)] out BeeBlock? block)
    {
        if (_pending.Count == 0 || seq < _start || seq - _start >= (ulong)_pending.Count)
            return reader.TryGetBlock(seq, out block);
        block = _pending[(int)(seq - _start)].Content;
        return true;
    }

    public override bool TryGetChild(TreeNode node, int i, [NotNullWhen(true)] out TreeNode? child)
    {
        child = (node as WorkingNode)?.FindChild(i);
        return child is not null || base.TryGetChild(node, i, out child);
    }

    /// <summary>The root to read from.</summary>
    public async ValueTask<TreeNode?> GetRootAsync(CancellationToken cancellationToken)
    {
        VerifyUsable();
        return _pending.Count > 0 ? _root : await reader.GetRootAsync(Version, cancellationToken);
    }

    /// <summary>Makes the blocks and appends them as one; does nothing if there are none.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        VerifyUsable();
        if (_pending.Count == 0)
            return;
        _isBroken = true;
        var blocks = new ReadOnlyMemory<byte>[_pending.Count];
        for (var i = 0; i < blocks.Length; i++)
        {
            // Written in the same pass: a node left in an earlier block may refer to one whose position is not final yet.
            if (i < blocks.Length - 1)
                _pending[i].Compact();
            blocks[i] = _pending[i].Encode();
        }
        var epoch = shared.Cache.Epoch;
        try
        {
            // Others may have written to the core, and that may still wait in its queue.
            var options = new AppendOptions { ExpectedLength = _start, ExpectedFork = _startFork };
            await core.AppendAsync(blocks, options, cancellationToken);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.InvalidOperation)
        {
            throw Overtaken();
        }
        for (var i = 0; i < blocks.Length && epoch == shared.Cache.Epoch; i++)
        {
            if (BlockCodec.TryRead(_start + (ulong)i, blocks[i], out var block))
                shared.Cache.Add(block);
        }
        Reset();
    }

    /// <summary>Forgets what is pending.</summary>
    public void Reset()
    {
        _pending.Clear();
        _root = null;
        _isBroken = false;
        Changes++;
    }

    private static HyperbeeException Overtaken() =>
        HyperbeeException.InvalidOperation("Something else than this bee appended to its core; nothing was written.");

    private void VerifyUsable()
    {
        if (_isBroken)
            throw HyperbeeException.InvalidOperation("An operation of this batch failed half way: close the batch.");
    }

    private bool Append(WorkingNode root, ulong seq, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        if (_pending.Count == 0)
        {
            _start = core.Length;
            _startFork = core.Fork;
        }
        var index = new List<ChildReference?>();
        root.CollectChanges(index, seq);
        index[0] = new ChildReference(seq, 0, root);
        _pending.Add(new PendingBlock(new BeeBlock(seq, key, value, default), index));
        _root = root;
        Changes++;
        return true;
    }

    /// <summary>The root to change; null if nothing was written yet. A new core gets its header here, as a block of its own.</summary>
    private async ValueTask<WorkingNode?> LoadRootAsync(CancellationToken cancellationToken)
    {
        VerifyUsable();
        if (_pending.Count > 0)
            return _root;
        if (core.Length == 0 && core.IsWritable)
            await core.AppendAsync(HeaderCodec.Encode(shared.Options.Header), cancellationToken);
        var version = Version;
        // Kept after an operation that was refused: nodes it marked are written with the next one, as JavaScript does.
        if (_root is null || _rootVersion != version || _rootEpoch != shared.Cache.Epoch)
        {
            _rootEpoch = shared.Cache.Epoch;
            _rootVersion = version;
            var level = await reader.GetRootAsync(version, cancellationToken);
            _root = level is null ? null : new WorkingNode((TreeLevel)level);
        }
        return _root;
    }

    private async ValueTask<WorkingNode> LoadChildAsync(WorkingNode node, int i, CancellationToken cancellationToken)
    {
        var reference = node.GetReference(i);
        return reference.Node ??= new WorkingNode((TreeLevel)await GetChildAsync(node, i, cancellationToken));
    }
}
