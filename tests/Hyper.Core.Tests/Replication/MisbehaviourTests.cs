using Hyper.Core.Internal;
using Hyper.Crypto;
using TestKit;

namespace Hyper.Core.Tests.Replication;

/// <summary>Peers that break the rules: each costs itself its channel or connection, and nobody else anything.</summary>
public sealed class MisbehaviourTests
{
    private const int Blocks = 100;

    [Fact]
    public void Peer_that_changes_blocks_is_given_up_and_the_others_give_them() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            var liar = ScriptedPeer.Open(reader);
            liar.AnswerFrom(writer, proof => proof with { Block = Changed(proof.Block) });
            liar.Pretend(Blocks);
            await ReplicationTests.UntilAsync(
                loop,
                () => liar.Requests.Exists(request => request.Proof.Upgrade is not null)
            );
            using var download = reader.Download(new DownloadRange { End = Blocks });
            await ReplicationTests.UntilAsync(
                loop,
                () => liar.Requests.Exists(request => request.Proof.Block is not null)
            );
            Connection.Open(writer, reader);
            await download.Completion;
            await ReplicationTests.SameAsync(writer, reader);
            await ReplicationTests.UntilAsync(loop, () => liar.IsClosed);
            // The channel, not the connection: other cores may be well.
            Assert.False(liar.Pipe.IsClosed);
            Assert.Equal(1, reader.Core.Replicator.Dropped);
            Assert.Single(reader.Peers);
        });

    [Fact]
    public void Peer_that_never_answers_is_passed_over_and_given_up_in_the_end() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            var silent = ScriptedPeer.Open(reader);
            silent.Pretend(Blocks);
            var get = reader.GetAsync(3, new GetOptions { Timeout = TimeSpan.FromSeconds(5) }).AsTask();
            var late = await Assert.ThrowsAsync<HypercoreException>(() => get);
            Assert.Equal(HypercoreErrorCode.RequestTimeout, late.Code);
            using var download = reader.Download(new DownloadRange { End = Blocks });
            Connection.Open(writer, reader);
            await download.Completion;
            await ReplicationTests.SameAsync(writer, reader);
            await ReplicationTests.UntilAsync(loop, () => silent.IsClosed);
            Assert.False(silent.Pipe.IsClosed);
            Assert.Single(reader.Peers);
        });

    [Fact]
    public void Peer_that_has_nothing_of_what_it_announced_is_not_asked_for_ever() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            var poor = ScriptedPeer.Open(reader);
            poor.OnRequest = request =>
            {
                if (request.Proof.Block is null)
                    poor.AnswerFrom(writer);
                poor.Send(new NoDataMessage(request.Id, NoDataReason.NotAvailable));
            };
            poor.Pretend(Blocks);
            using var download = reader.Download(new DownloadRange { End = Blocks });
            await Task.Delay(TimeSpan.FromMinutes(1), loop.Time);
            Assert.InRange(poor.Requests.Count, 1, 4 * Blocks);
            Connection.Open(writer, reader);
            await download.Completion;
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Answers_to_nothing_or_to_something_else_end_the_channel(bool isKnownId) =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            var eager = ScriptedPeer.Open(reader);
            eager.Pretend(Blocks);
            await ReplicationTests.UntilAsync(loop, () => reader.Length == Blocks);
            var proof = new ProofRequest { Block = new BlockRequest(0, 5) };
            var (_, answer) = await writer.State.ProveAsync(proof);
            for (var i = 0; i < 1000; i++)
                eager.Send(new DataMessage(isKnownId ? 1 : 1000UL + (ulong)i, answer));
            await ReplicationTests.UntilAsync(loop, () => eager.IsClosed);
            Assert.False(reader.Has(0));
            Assert.Single(reader.Peers);
        });

    [Fact]
    public void Requests_that_cannot_be_answered_wait_longer_each_time_and_cost_the_connection_in_the_end() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var asker = ScriptedPeer.Open(writer);
            asker.Pretend(0);
            for (var i = 1UL; i < 64; i++)
                asker.Send(new RequestMessage(i, 0, new ProofRequest { Upgrade = new UpgradeRequest(50 + i, 1000) }));
            await ReplicationTests.UntilAsync(loop, () => asker.Refusals.Count == 63);
            Assert.All(asker.Refusals, refusal => Assert.Equal(NoDataReason.InvalidRequest, refusal.Reason));
            asker.Send(new RequestMessage(1, 0, new ProofRequest { Hash = new HashRequest(2, 60) }));
            await ReplicationTests.UntilAsync(loop, () => asker.Pipe.IsClosed);
        });

    [Fact]
    public void Requests_while_nothing_can_be_sent_are_bounded() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var asker = ScriptedPeer.Open(writer);
            asker.Pretend(0);
            await ReplicationTests.UntilAsync(loop, () => asker.Syncs.Count > 0);
            var ours = writer.Core.Replicator.Peers[0];
            ((MessagePipe)ours.Link.Mux.Stream).HighWaterMark = 0;
            asker.Pipe.Hold = true;
            for (var i = 1UL; i <= 4000; i++)
                asker.Send(new RequestMessage(i, 0, new ProofRequest { Block = new BlockRequest(i % Blocks, 0) }));
            await Task.Delay(TimeSpan.FromSeconds(1), loop.Time);
            Assert.False(ours.IsDropped);
            for (var i = 4001UL; i <= 9000; i++)
                asker.Send(new RequestMessage(i, 0, new ProofRequest { Block = new BlockRequest(i % Blocks, 0) }));
            await ReplicationTests.UntilAsync(loop, () => ours.IsDropped);
        });

    [Fact]
    public void Announcements_of_everything_cost_bounded_memory() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var boaster = ScriptedPeer.Open(writer);
            boaster.Pretend(0);
            for (var i = 0UL; i < 3000; i++)
            {
                boaster.Send(new RangeMessage(Drop: false, 1 + (i << 38), (1UL << 50) + i));
                boaster.Send(new WantMessage(i << 30, 1UL << 52));
            }
            await ReplicationTests.UntilAsync(loop, () => writer.Core.Replicator.Peers.Count == 1);
            await Task.Delay(TimeSpan.FromSeconds(1), loop.Time);
            Assert.InRange(writer.Core.Replicator.Peers[0].Remote.Blocks.PageCount, 0, RemoteBlocks.MaxPages);
            Assert.False(boaster.IsClosed);
        });

    [Fact]
    public void Wrong_capability_costs_the_connection() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var stranger = ScriptedPeer.Open(writer, knowsKey: false);
            await ReplicationTests.UntilAsync(loop, () => stranger.Pipe.IsClosed);
            Assert.Empty(stranger.Syncs);
            Assert.Empty(writer.Peers);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Upgrade_to_a_tree_without_roots_costs_the_channel(int kind) =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            var liar = ScriptedPeer.Open(reader);
            var upgrade = new UpgradeProof(0, kind == 2 ? 1UL << 52 : 0, [], [], new byte[64]);
            liar.OnRequest = request => liar.Send(new DataMessage(request.Id, new TreeProof { Upgrade = upgrade }));
            if (kind == 1)
                liar.Send(new DataMessage(0, new TreeProof { Upgrade = upgrade }));
            liar.Pretend(Blocks);
            await ReplicationTests.UntilAsync(loop, () => liar.IsClosed);
            Assert.Equal(0UL, reader.Length);
        });

    [Fact]
    public void Fork_that_is_not_signed_costs_the_channel() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            using var download = reader.Download(new DownloadRange { End = Blocks });
            await download.Completion;
            var forger = ScriptedPeer.Open(reader);
            forger.AnswerFrom(writer, proof => proof with { Fork = 7 });
            forger.Pretend(Blocks, fork: 7);
            await ReplicationTests.UntilAsync(loop, () => forger.IsClosed);
            await ReplicationTests.SameAsync(writer, reader);
        });

    [Fact]
    public void Two_signed_histories_freeze_the_core() =>
        InWorld.Run(async loop =>
        {
            using var keyPair = KeyPair.Generate();
            await using var one = await CorePair.OpenWriterAsync(loop, Blocks, keyPair);
            await using var two = await Hypercore.OpenAsync(
                CorestoreStorage.CreateInMemory(loop),
                new HypercoreOptions { KeyPair = keyPair }
            );
            await two.AppendAsync(ReplicationTests.Blocks(500, Blocks));
            await using var reader = await CorePair.OpenReaderAsync(one);
            var conflicts = new List<(ulong, ulong)>();
            reader.Conflicted += (length, fork) => conflicts.Add((length, fork));
            Connection.Open(one, reader);
            await reader.UpdateAsync();
            Connection.Open(two, reader);
            await ReplicationTests.UntilAsync(loop, () => reader.Peers.Count == 2);
            using var download = reader.Download();
            var error = await Assert.ThrowsAsync<HypercoreException>(() => download.Completion);
            Assert.Equal(HypercoreErrorCode.Conflict, error.Code);
            Assert.Equal([(Blocks, 0)], conflicts);
            await ReplicationTests.UntilAsync(loop, () => reader.Peers.Count == 0);
            // Whoever waits later is told at once, and which core it is.
            var later = await Assert.ThrowsAsync<HypercoreException>(() => reader.UpdateAsync());
            Assert.Equal(HypercoreErrorCode.Conflict, later.Code);
            Assert.Contains(reader.Key.ToHex()[..8], later.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<HypercoreException>(() => reader.GetAsync(Blocks, new GetOptions()).AsTask());
        });

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Any_bytes_end_at_most_the_connection_they_came_over() =>
        InWorld.Run(
            async loop =>
            {
                var random = TestSeed.NewRandom();
                var inputs = new RandomBytes(
                    random,
                    [.. Vectors.All("messages.json").Select(MessageVectorTests.BytesOf)]
                );
                await using var pair = await CorePair.OpenAsync(loop, Blocks);
                var (writer, reader) = pair;
                Connection.Open(writer, reader);
                using var download = reader.Download();
                var left = FuzzBudget.Inputs(oneIn: 4);
                while (left > 0)
                {
                    var target = random.Next(2) == 0 ? reader : writer;
                    var peer = ScriptedPeer.Open(target);
                    if (random.Next(2) == 0)
                        peer.Pretend((ulong)random.Next(2 * Blocks), (ulong)random.Next(2 * Blocks));
                    for (var i = 0; i < 50 && !peer.Pipe.IsClosed && left > 0; i++, left--)
                        peer.Send((MessageType)random.Next(10), inputs.Next());
                    await Task.Delay(TimeSpan.FromMilliseconds(1), loop.Time);
                    peer.Pipe.Destroy();
                }
                await writer.AppendAsync(ReplicationTests.Blocks(Blocks, 10));
                await ReplicationTests.UntilAsync(loop, () => reader.ContiguousLength == writer.Length);
                await ReplicationTests.SameAsync(writer, reader);
            },
            seed: 3
        );

    private static BlockProof? Changed(BlockProof? block)
    {
        if (block is null)
            return null;
        var value = block.Value.ToArray();
        return block with { Value = value.Length == 0 ? new byte[1] : [.. value[..^1], (byte)~value[^1]] };
    }
}
