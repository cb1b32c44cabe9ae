using Hyper.Crypto;

namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>
    /// Opens a named session of this state, or makes it: a branch with data of its own. Null if it had to be made and may not
    /// be. Held until a session is opened on it.
    /// </summary>
    public Task<CoreState?> OpenSessionAsync(string name, bool overwrite, bool mayCreate) =>
        // The list of a core's sessions is one record, and sessions of a session are in it too.
        RunAsync(() =>
            Core.SessionOpens.RunAsync(async () =>
            {
                if (FindOpenSession(name) is { } open)
                {
                    if (overwrite)
                        throw new HypercoreException(
                            HypercoreErrorCode.InvalidOperation,
                            $"The session '{name}' is open and cannot be begun anew. Close it first."
                        );
                    return open.Hold();
                }
                var store = Storage.Store;
                var live = IsSnapshot ? Core.Storage : Storage;
                if (!overwrite && await store.ResumeSessionAsync(live, name) is { } resumed)
                {
                    var head = await OpenCore.LoadTreeAsync(resumed, await resumed.GetHeadAsync() ?? default);
                    return AddSession(resumed, head, name);
                }
                if (!mayCreate)
                    return null;
                var created = await store.CreateSessionAsync(Storage, name, Head);
                var session = AddSession(created, Head, name);
                session.IsNewSession = Within is not null;
                return session;
            })
        );

    private CoreState AddSession(CoreStorage storage, TreeHead head, string name)
    {
        var state = new CoreState(Core, storage, head, name, within: Within) { Prologue = Prologue };
        Within?.Add(state, Storage.Store);
        return state.Hold();
    }

    /// <summary>The session where it is open: here in this state's atom, or outside all.</summary>
    private CoreState? FindOpenSession(string name)
    {
        var states = Core.States.FindAll(state => state.Name == name && !state.IsSnapshot);
        if (states.Find(state => state.Within == Within) is { } open)
            return open;
        if (Within is { } atom && states.Find(state => state.Within is null) is { } outside)
            return outside.OpenInAtom(atom);
        if (Within?.ReopenSession(Core, name) is { } closed)
            return closed;
        return states.Count == 0
            ? null
            : throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                $"The session '{name}' is open in an atom. Flush that, and close the session there first."
            );
    }

    /// <summary>Opens this state inside an atom; its changes are seen by others when the atom is flushed.</summary>
    public CoreState OpenInAtom(CoreAtom atom)
    {
        if (atom.Reopen(this) is { } closed)
            return closed;
        if (Atom is not null || Within is not null || IsSnapshot)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                IsSnapshot ? "A snapshot cannot be changed in an atom." : "The session is in an atom already."
            );
        var view = new CoreState(Core, Storage.WithOverlay(atom.Overlay), Head, Name, this, atom)
        {
            Prologue = Prologue,
        };
        atom.Add(view, Storage.Store);
        Atom = atom;
        return view;
    }

    /// <summary>
    /// Takes another session's place in what is shared, once that is written. A view that has not changed what it shares with
    /// this state sees it too.
    /// </summary>
    private void TakeDependency(CoreDependency dependency)
    {
        Storage.SetDependency(dependency);
        if (Changes is { } changes)
            changes.Dependency = dependency;
        foreach (var view in Core.States)
        {
            if (view.Parent == this && view.Changes is { Dependency: null } own && own.Kept >= dependency.Length)
                view.Storage.SetDependency(dependency);
        }
    }

    /// <summary>Sessions of this session find in the core too what it gives up.</summary>
    private void ShareDependencies()
    {
        foreach (var state in Core.States)
        {
            var isSeen = Within is null || state.Within == Within;
            if (state != this && isSeen && !state.IsSnapshot)
                state.Storage.Rebase(Storage);
        }
    }

    /// <summary>
    /// Moves what a session has appended into the signed core. Null if the session is not ahead of the core, or not a
    /// continuation of it.
    /// </summary>
    public Task<CoreLength?> CommitAsync(
        CoreState session,
        ulong? length,
        KeyPair? keyPair,
        ReadOnlyMemory<byte> signature
    )
    {
        // The session's turn comes within this one's: of itself it would never come, nor of one that a flush holds.
        if (!IsDefault || session.Core != Core || session.IsDefault || session.IsSnapshot)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                "A named session is committed, into the core that it was made from."
            );
        return RunAsync(() =>
        {
            if (Within is not null && session.Atom == Within)
                throw new HypercoreException(
                    HypercoreErrorCode.InvalidOperation,
                    "The session is in the same atom: commit what it is there."
                );
            return session.RunAsync<CoreLength?>(async () =>
            {
                var target = length ?? session.Head.Length;
                var shared = session.FlushedLength;
                if (Core.Verifier is not { } verifier || target > session.Head.Length || Head.Length > target)
                    return null;
                if (Head.Length < shared || !await IsContinuedByAsync(session))
                    return null;
                var tree = NewTreeBatch();
                tree.TruncateTo(target, await session.GetRootsAsync(target));
                tree.Signature = signature;
                if (signature.IsEmpty)
                    tree.Signature = Head.Signature;
                if (Head.Length < target && signature.IsEmpty)
                    tree.Signature = verifier.Sign(tree, keyPair ?? Core.KeyPair ?? throw NotWritable());
                // Without news it is what is signed here already, or, of a core that was never signed, nothing.
                var isNew = Head.Length < target || !signature.IsEmpty;
                if (isNew && !verifier.Verify(tree, tree.Signature))
                    throw new HypercoreException(
                        HypercoreErrorCode.InvalidSignature,
                        "The signature does not belong to the tree that is committed."
                    );
                await TakeOverAsync(session, tree, shared);
                // What an atom may never write is kept where it is written.
                if (Within is null || session.Within == Within)
                    await session.DropSharedAsync(shared, target);
                return new CoreLength(Head.Length, Head.ByteLength);
            });
        });
    }

    private static HypercoreException NotWritable() =>
        new(HypercoreErrorCode.SessionNotWritable, "There is no key pair to sign with.");

    /// <summary>
    /// Whether the session's tree is this one, grown: our roots and its own nodes behind them give its roots. That its nodes
    /// below are ours says nothing, since they may have been cut and others put in their place.
    /// </summary>
    private ValueTask<bool> IsContinuedByAsync(CoreState session)
    {
        var (head, grown) = (Head, session.Head);
        return session.Storage.RunAsync(reader =>
        {
            var nodes = new List<TreeNode>();
            var complete = true;
            foreach (var index in FlatTree.Between(head.Length, grown.Length))
            {
                complete &= reader.TryGet(index, out var node);
                nodes.Add(node);
            }
            if (!complete)
                return false;
            var tree = new TreeBatch(head);
            foreach (var node in nodes)
                tree.AppendRoot(node);
            return tree.Roots.SequenceEqual(grown.Roots.AsSpan());
        });
    }

    private async Task TakeOverAsync(CoreState session, TreeBatch tree, ulong shared)
    {
        var head = tree.ToHead();
        using var batch = Storage.NewBatch();
        var indexes = new List<ulong>();
        foreach (var root in tree.Roots)
            batch.PutTreeNode(root);
        for (var leaf = 2 * shared; leaf < 2 * head.Length; leaf += 2)
        {
            // Every node whose last block is this one, and that the tree has.
            for (var at = leaf; FlatTree.RightSpan(at) == leaf; at = FlatTree.Parent(at))
                indexes.Add(at);
        }
        var nodes = await session.Storage.RunAsync(reader =>
        {
            var list = new List<TreeNode>();
            foreach (var index in indexes)
            {
                if (reader.TryGet(index, out var node))
                    list.Add(node);
            }
            return list;
        });
        if (nodes.Count != indexes.Count)
            throw session.Storage.Corrupt("tree of a session");
        foreach (var node in nodes)
            batch.PutTreeNode(node);
        for (var i = shared; i < head.Length; i++)
        {
            var block =
                await session.Storage.GetBlockAsync(i)
                ?? throw new HypercoreException(HypercoreErrorCode.BlockNotAvailable, $"Block {i} is not stored.");
            batch.PutBlock(i, block);
        }
        PutBits(batch, shared, head.Length, true);
        if (shared <= ContiguousLength && ContiguousLength < head.Length)
            PutContiguousLength(batch, head.Length);
        if (head.Length > Head.Length)
            batch.SetHead(StoredHead.Of(head));
        await Storage.WriteAsync(batch);
        OnAppended(head, shared, Storage.IsWrittenThrough);
    }

    /// <summary>Forgets blocks that the core has now too, and depends on it for them.</summary>
    private async Task DropSharedAsync(ulong shared, ulong target)
    {
        if (shared >= target)
            return;
        using var batch = Storage.NewBatch();
        batch.DeleteBlocks(shared, target);
        if (NewDependency(target, truncated: false) is { } dependency)
        {
            batch.SetDependency(dependency);
            // Reads find them in the core before they are gone here.
            TakeDependency(dependency);
            ShareDependencies();
        }
        await Storage.WriteAsync(batch);
    }
}
