using Hyper.Crypto;

namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    private const int MaxJoinedBlocks = 1024;
    private const long MaxJoinedBytes = 4 * 1024 * 1024;
    private const long OffloadBytes = 256 * 1024;

    private AppendGroup? _waitingAppends;

    /// <summary>
    /// Appends blocks. Calls that wait side by side become one change with one signature; each is answered as if alone.
    /// </summary>
    /// <returns>Length and byte length after these blocks.</returns>
    public Task<CoreLength> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks,
        KeyPair? keyPair,
        ReadOnlyMemory<byte> signature,
        ulong? maxLength,
        CancellationToken cancellationToken
    )
    {
        var group = _waitingAppends;
        var isPlain = signature.IsEmpty && maxLength is null && !cancellationToken.CanBeCanceled;
        if (group is null || !isPlain || !group.TryJoin(blocks, keyPair, out var last))
        {
            group = new AppendGroup(keyPair);
            group.Add(blocks);
            last = group.Blocks.Count;
            _waitingAppends = isPlain ? group : null;
            group.Outcome = _queue.RunAsync(() => RunAppendAsync(group, signature, maxLength), cancellationToken);
        }
        return group.Outcome.SelectAsync(lengths => lengths[last]);
    }

    private async Task<CoreLength[]> RunAppendAsync(AppendGroup group, ReadOnlyMemory<byte> signature, ulong? maxLength)
    {
        // From here on nothing joins: the blocks are being counted.
        if (_waitingAppends == group)
            _waitingAppends = null;
        var start = Head.Length;
        var lengths = new CoreLength[group.Blocks.Count + 1];
        Array.Fill(lengths, new CoreLength(Head.Length, Head.ByteLength));
        if (group.Blocks.Count == 0 || (maxLength is { } limit && start + (ulong)group.Blocks.Count > limit))
            return lengths;
        var tree = NewTreeBatch();
        if (group.Bytes > OffloadBytes)
            await Core.Storage.Store.Loop.OffloadAsync(() => Grow(tree, group, lengths));
        else
            Grow(tree, group, lengths);
        if (Prologue is { } prologue && tree.Length < prologue.Length)
            throw new HypercoreException(HypercoreErrorCode.InvalidOperation, "The append ends inside the prologue.");
        Sign(tree, group.KeyPair, signature);

        using var batch = Storage.NewBatch();
        foreach (var node in tree.Nodes)
            batch.PutTreeNode(node);
        var head = tree.ToHead();
        batch.SetHead(StoredHead.Of(head));
        if (IsDefault)
        {
            PutBits(batch, start, head.Length, true);
            if (start == ContiguousLength)
                PutContiguousLength(batch, head.Length);
        }
        for (var i = 0; i < group.Blocks.Count; i++)
            batch.PutBlock(start + (ulong)i, group.Blocks[i]);
        var isWritten = await Storage.WriteAsync(batch);
        OnAppended(head, start, isWritten);
        return lengths;
    }

    private static bool Grow(TreeBatch tree, AppendGroup group, CoreLength[] lengths)
    {
        for (var i = 0; i < group.Blocks.Count; i++)
        {
            tree.Append(group.Blocks[i].Span);
            lengths[i + 1] = new CoreLength(tree.Length, tree.ByteLength);
        }
        return true;
    }

    private void Sign(TreeBatch tree, KeyPair? keyPair, ReadOnlyMemory<byte> signature)
    {
        if (!signature.IsEmpty)
            tree.Signature = signature;
        else if (keyPair is not null && Core.Verifier is { } verifier)
            tree.Signature = verifier.Sign(tree, keyPair);
    }

    /// <summary>Appends that will be written as one.</summary>
    private sealed class AppendGroup(KeyPair? keyPair)
    {
        public KeyPair? KeyPair { get; } = keyPair;

        public List<ReadOnlyMemory<byte>> Blocks { get; } = [];

        public long Bytes { get; private set; }

        public Task<CoreLength[]> Outcome { get; set; } = null!;

        public void Add(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
        {
            foreach (var block in blocks)
            {
                Blocks.Add(block);
                Bytes += block.Length;
            }
        }

        public bool TryJoin(IReadOnlyList<ReadOnlyMemory<byte>> blocks, KeyPair? signer, out int last)
        {
            var bytes = blocks.Sum(block => (long)block.Length);
            last = 0;
            if (
                signer?.PublicKey != KeyPair?.PublicKey
                || Blocks.Count + blocks.Count > MaxJoinedBlocks
                || Bytes + bytes > MaxJoinedBytes
            )
                return false;
            Add(blocks);
            last = Blocks.Count;
            return true;
        }
    }
}
