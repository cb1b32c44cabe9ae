using System.Runtime.InteropServices;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    private const int MaxJoinedBlocks = 1024;
    private const long MaxJoinedBytes = 4 * 1024 * 1024;
    private const long OffloadBytes = 256 * 1024;
    private const int HashedAtOnce = 64;

    private AppendGroup? _waitingAppends;

    /// <summary>
    /// Appends blocks. Calls that wait side by side become one change with one signature; each is answered as if alone.
    /// </summary>
    /// <returns>Length and byte length after these blocks.</returns>
    public Task<CoreLength> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks,
        AppendOptions options,
        KeyPair? keyPair,
        BlockCipher? cipher,
        CancellationToken cancellationToken
    )
    {
        if (!cancellationToken.CanBeCanceled && _queue.TryEnter() is { } turn)
            return AppendAtOnceAsync(blocks, options, keyPair, cipher, turn);
        var group = _waitingAppends;
        var isPlain =
            options is { Signature.IsEmpty: true, MaxLength: null, ExpectedLength: null, ExpectedFork: null }
            && !cancellationToken.CanBeCanceled;
        if (group is null || !isPlain || !group.TryJoin(blocks, keyPair, cipher, out var last))
        {
            group = new AppendGroup(keyPair, cipher);
            group.Add(blocks);
            last = group.Blocks.Count;
            _waitingAppends = isPlain ? group : null;
            group.Outcome = _queue.RunAsync(() => RunAppendAsync(group, options), cancellationToken);
        }
        return group.Outcome.SelectAsync(lengths => lengths[last]);
    }

    /// <summary>The same without the way through the queue, whose turn was taken. What comes meanwhile waits there, and joins.</summary>
    private async Task<CoreLength> AppendAtOnceAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks,
        AppendOptions options,
        KeyPair? keyPair,
        BlockCipher? cipher,
        TaskCompletionSource turn
    )
    {
        try
        {
            _waitingAppends = null;
            var group = new AppendGroup(keyPair, cipher);
            group.Add(blocks);
            return (await RunAppendAsync(group, options))[^1];
        }
        finally
        {
            _queue.Exit(turn);
        }
    }

    private async Task<CoreLength[]> RunAppendAsync(AppendGroup group, AppendOptions options)
    {
        // From here on nothing joins: the blocks are being counted.
        if (_waitingAppends == group)
            _waitingAppends = null;
        var start = Head.Length;
        var lengths = new CoreLength[group.Blocks.Count + 1];
        Array.Fill(lengths, new CoreLength(Head.Length, Head.ByteLength));
        VerifyExpected(options);
        if (group.Blocks.Count == 0 || (options.MaxLength is { } limit && start + (ulong)group.Blocks.Count > limit))
            return lengths;
        var tree = NewTreeBatch();
        var fork = Core.Default.Head.Fork;
        var blocks =
            group.Bytes > OffloadBytes
                ? await Core.Storage.Store.Loop.OffloadAsync(() => Grow(tree, group, fork, lengths))
                : Grow(tree, group, fork, lengths);
        if (Prologue is { } prologue && tree.Length < prologue.Length)
            throw new HypercoreException(HypercoreErrorCode.InvalidOperation, "The append ends inside the prologue.");
        Sign(tree, group.KeyPair, options.Signature);

        using var batch = Storage.NewBatch();
        foreach (var node in tree.Nodes)
            batch.PutTreeNode(node);
        var head = tree.ToHead();
        batch.SetHead(new StoredHead(head.Fork, head.Length, tree.ComputeHash(), head.Signature));
        if (IsDefault)
        {
            PutBits(batch, start, head.Length, true);
            if (start == ContiguousLength)
                PutContiguousLength(batch, head.Length);
        }
        for (var i = 0; i < blocks.Count; i++)
            batch.PutBlock(start + (ulong)i, blocks[i]);
        await Storage.WriteAsync(batch);
        OnAppended(head, start, Storage.IsWrittenThrough);
        return lengths;
    }

    /// <summary>Lets the tree grow by the blocks, and gives them as they are stored.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="group">The blocks.</param>
    /// <param name="fork">The fork of the core itself, which encrypts in named sessions too, as in JavaScript.</param>
    /// <param name="lengths">Takes the lengths behind each block.</param>
    private static List<ReadOnlyMemory<byte>> Grow(TreeBatch tree, AppendGroup group, ulong fork, CoreLength[] lengths)
    {
        var blocks = group.Blocks;
        if (group.Cipher is { } cipher)
        {
            blocks = new List<ReadOnlyMemory<byte>>(group.Blocks.Count);
            foreach (var block in group.Blocks)
                blocks.Add(cipher.Seal(tree.Length + (ulong)blocks.Count, fork, block.Span));
        }
        Span<Bytes32> leaves = stackalloc Bytes32[HashedAtOnce];
        for (var rest = CollectionsMarshal.AsSpan(blocks); !rest.IsEmpty; )
        {
            var some = rest[..Math.Min(HashedAtOnce, rest.Length)];
            TreeHash.Leaves(some, leaves);
            for (var i = 0; i < some.Length; i++)
            {
                tree.Append(some[i].Length, leaves[i]);
                lengths[blocks.Count - rest.Length + i + 1] = new CoreLength(tree.Length, tree.ByteLength);
            }
            rest = rest[some.Length..];
        }
        return blocks;
    }

    private void VerifyExpected(AppendOptions options)
    {
        if ((options.ExpectedLength ?? Head.Length) != Head.Length || (options.ExpectedFork ?? Head.Fork) != Head.Fork)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                $"The core has length {Head.Length} and fork {Head.Fork}: not what was expected."
            );
    }

    private void Sign(TreeBatch tree, KeyPair? keyPair, ReadOnlyMemory<byte> signature)
    {
        if (!signature.IsEmpty)
            tree.Signature = signature;
        else if (keyPair is not null && Core.Verifier is { } verifier)
            tree.Signature = verifier.Sign(tree, keyPair);
    }

    /// <summary>Appends that will be written as one.</summary>
    private sealed class AppendGroup(KeyPair? keyPair, BlockCipher? cipher)
    {
        public KeyPair? KeyPair { get; } = keyPair;

        public BlockCipher? Cipher { get; } = cipher;

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

        public bool TryJoin(
            IReadOnlyList<ReadOnlyMemory<byte>> blocks,
            KeyPair? signer,
            BlockCipher? encrypter,
            out int last
        )
        {
            var bytes = blocks.Sum(block => (long)block.Length);
            last = 0;
            if (
                signer?.PublicKey != KeyPair?.PublicKey
                || encrypter != Cipher
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
