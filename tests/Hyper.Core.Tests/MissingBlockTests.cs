using Hyper.Core.Internal;
using Hyper.Core.Tests.Replication;

namespace Hyper.Core.Tests;

/// <summary>
/// A block that is marked as stored and is not there, and a node that does not decode: damage, for whoever meets it. A block that
/// is cut or cleared in the same moment is none.
/// </summary>
public sealed class MissingBlockTests
{
    private const int Blocks = 8;

    [Fact]
    public void Missing_block_is_damage_for_readers_and_an_audit_until_it_is_forgotten() =>
        InWorld.Run(async loop =>
        {
            await using var core = await OpenAsync(loop);
            await using var branch = await core.OpenSessionAsync("branch");
            await using var before = await core.OpenSnapshotAsync();
            await ChangeAsync(core, batch => batch.DeleteBlocks(3, 4));
            foreach (var session in new[] { core, branch })
            {
                await RefusesAsync(session, 3, () => session.GetAsync(3).AsTask());
                await RefusesAsync(session, 3, () => session.GetAsync(3, new GetOptions()).AsTask());
                Assert.Equal(Vectors.Block(4), await session.GetAsync(4));
            }
            Assert.Equal(Vectors.Block(3), await before.GetAsync(3));
            Assert.Equal(1UL, (await core.AuditAsync()).MissingBlocks);
            await RefusesAsync(
                core,
                3,
                async () =>
                {
                    await foreach (var _ in core.ReadBlocksAsync()) { }
                }
            );
            await core.AuditAsync(repair: true);
            Assert.Null(await core.GetAsync(3));
        });

    [Fact]
    public void Peer_that_asks_for_a_missing_block_gets_it_elsewhere_and_the_owner_is_told() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await OpenAsync(loop);
            await using var whole = await CorePair.OpenReaderAsync(writer);
            Connection.Open(writer, whole);
            using (var all = whole.Download(new DownloadRange { End = Blocks }))
                await all.Completion;
            var damage = new List<HypercoreException>();
            writer.Damaged += damage.Add;
            await ChangeAsync(writer, batch => batch.DeleteBlocks(3, 4));

            await using var reader = await CorePair.OpenReaderAsync(writer);
            Connection.Open(writer, reader);
            await ReplicationTests.UntilAsync(loop, () => reader.Length == Blocks);
            using var download = reader.Download(new DownloadRange { End = Blocks });
            await ReplicationTests.UntilAsync(loop, () => reader.CountStored(0, Blocks) == Blocks - 1);
            await Task.Delay(TimeSpan.FromMinutes(2), loop.Time);
            Assert.False(download.Completion.IsCompleted);
            Assert.Equal("STORAGE_CORRUPT", Assert.Single(damage).Code);
            Assert.Contains($"Block 3 of core {writer.Key}", damage[0].Message, StringComparison.Ordinal);
            Assert.Equal(0, writer.Core.Replicator.Dropped + reader.Core.Replicator.Dropped);
            Connection.Open(whole, reader);
            await download.Completion;
            Assert.Equal(Vectors.Block(3), await reader.GetAsync(3));
        });

    [Fact]
    public void Peer_that_insists_on_a_damaged_block_waits_and_is_given_up_in_the_end() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await OpenAsync(loop);
            await ChangeAsync(writer, batch => batch.DeleteBlocks(3, 4));
            var asker = ScriptedPeer.Open(writer);
            asker.Pretend(0);
            for (var i = 1UL; i < 64; i++)
                asker.Send(new RequestMessage(i, 0, new ProofRequest { Block = new BlockRequest(3, 0) }));
            await ReplicationTests.UntilAsync(loop, () => asker.Refusals.Count == 63);
            Assert.Equal((1UL, NoDataReason.NotAvailable), (asker.Refusals[0].Request, asker.Refusals[0].Reason));
            // Others of the core are answered as before.
            asker.Send(new RequestMessage(64, 0, new ProofRequest { Block = new BlockRequest(4, 0) }));
            await ReplicationTests.UntilAsync(loop, () => asker.Answers.Count == 1);
            for (var i = 65UL; i < 68; i++)
                asker.Send(new RequestMessage(i, 0, new ProofRequest { Block = new BlockRequest(3, 0) }));
            await ReplicationTests.UntilAsync(loop, () => asker.Pipe.IsClosed);
        });

    /// <summary>An answer cannot be compared with a node that does not decode.</summary>
    [Fact]
    public void Damaged_node_ends_what_waits_for_blocks_above_it_until_it_is_repaired() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await OpenAsync(loop);
            await using var reader = await CorePair.OpenReaderAsync(writer);
            Connection.Open(writer, reader);
            Assert.Equal(Vectors.Block(0), await reader.GetAsync(0, new GetOptions()));
            var damage = new List<HypercoreException>();
            reader.Damaged += damage.Add;
            // What block 0 brought along of its sibling, on which the answer for block 1 stands.
            var node = TreeNode(reader, 2);
            await ChangeAsync(reader, batch => PutNode(batch, reader, 2, [1]));
            var error = await Assert.ThrowsAsync<HypercoreException>(() =>
                reader.GetAsync(1, new GetOptions()).AsTask()
            );
            Assert.Equal("STORAGE_CORRUPT", error.Code);
            Assert.Equal("STORAGE_CORRUPT", Assert.Single(damage).Code);
            using (var range = reader.Download(new DownloadRange { End = Blocks }))
                Assert.Equal(
                    "STORAGE_CORRUPT",
                    (await Assert.ThrowsAsync<HypercoreException>(() => range.Completion)).Code
                );
            Assert.Equal(Vectors.Block(0), await reader.GetAsync(0));

            await ChangeAsync(reader, batch => PutNode(batch, reader, 2, node));
            reader.Core.OnRepaired();
            Assert.Equal(Vectors.Block(1), await reader.GetAsync(1, new GetOptions()));
            using var download = reader.Download(new DownloadRange { End = Blocks });
            await download.Completion;
            Assert.Equal(0, writer.Core.Replicator.Dropped + reader.Core.Replicator.Dropped);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Block_that_is_just_being_cut_or_cleared_is_not_damaged(bool isCut) =>
        InWorld.RunWithPool(async loop =>
        {
            var values = new SlowStore { IsCached = true };
            await using var store = new CorestoreStorage(loop, values);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync([.. Vectors.Blocks(Blocks).Select(block => (ReadOnlyMemory<byte>)block)]);
            Task<byte[]?>? read = null;
            var proof = default(ValueTask<(ProofVerdict Verdict, TreeProof Proof)>);
            values.Written = () =>
            {
                read = core.GetAsync(Blocks - 1).AsTask();
                proof = core.State.ProveAsync(new ProofRequest { Block = new(Blocks - 1, 0) });
            };
            await (isCut ? core.TruncateAsync(2) : core.ClearAsync(Blocks - 1));
            Assert.Null(await read!);
            Assert.Equal(HypercoreErrorCode.InvalidOperation, (await proof).Verdict.Code);
        });

    private static async Task<Hypercore> OpenAsync(Hyper.Loop.EventLoop loop)
    {
        var core = await Hypercore.OpenAsync(CorestoreStorage.CreateInMemory(loop));
        await core.AppendAsync([.. Vectors.Blocks(Blocks).Select(block => (ReadOnlyMemory<byte>)block)]);
        return core;
    }

    private static async Task ChangeAsync(Hypercore core, Action<CoreBatch> change)
    {
        using var batch = core.State.Storage.NewBatch();
        change(batch);
        await core.State.Storage.WriteAsync(batch);
    }

    private static byte[] NodeKey(Hypercore core, ulong index)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        return StoreKeys.TreeNode(room, core.State.Storage.DataPointer, index).ToArray();
    }

    private static byte[] TreeNode(Hypercore core, ulong index) =>
        core.Core.Storage.Store.Values.GetMany([NodeKey(core, index)])[0]!;

    private static void PutNode(CoreBatch batch, Hypercore core, ulong index, byte[] value) =>
        batch.Changes.Put(NodeKey(core, index), value);

    private static async Task RefusesAsync(Hypercore core, ulong block, Func<Task> read)
    {
        var error = await Assert.ThrowsAsync<HypercoreException>(read);
        Assert.Equal(HypercoreErrorCode.StorageCorrupt, error.Code);
        Assert.Contains($"Block {block} of core {core.Key}", error.Message, StringComparison.Ordinal);
    }
}
