using Hyper.Core.Internal;
using TestKit;

namespace Hyper.Core.Tests.Replication;

/// <summary>Two cores of ours and a connection in memory.</summary>
public sealed class ReplicationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(300)]
    [InlineData(3000)]
    public void Download_brings_every_block_and_the_same_tree(int blocks) =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, blocks);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            using var download = reader.Download(new DownloadRange { End = (ulong)blocks });
            await download.Completion;
            await SameAsync(writer, reader);
            Assert.Equal(0, reader.Core.Replicator.Dropped + writer.Core.Replicator.Dropped);
        });

    [Fact]
    public void Download_without_end_follows_what_is_appended() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            using var download = reader.Download();
            for (var i = 0; i < 50; i++)
            {
                await writer.AppendAsync(Blocks(i, 1));
                Assert.Equal(Vectors.Block(i), await reader.GetAsync((ulong)i, new GetOptions()));
            }
            await SameAsync(writer, reader);
        });

    [Fact]
    public void Get_fetches_single_blocks_in_any_order() =>
        InWorld.Run(async loop =>
        {
            var random = TestSeed.NewRandom();
            await using var pair = await CorePair.OpenAsync(loop, 1000);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            var indexes = Enumerable.Range(0, 1000).OrderBy(_ => random.Next()).Take(200).ToArray();
            var gets = indexes.Select(i => reader.GetAsync((ulong)i, new GetOptions()).AsTask()).ToArray();
            for (var i = 0; i < gets.Length; i++)
                Assert.Equal(Vectors.Block(indexes[i]), await gets[i]);
            Assert.Equal(200UL, reader.GetInfo().StoredBlocks);
            Assert.Equal(0, reader.Core.Replicator.Dropped + writer.Core.Replicator.Dropped);
        });

    [Fact]
    public void Update_tells_whether_there_was_more() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            Assert.False(await reader.UpdateAsync());
            using (reader.FindingPeers())
            {
                var update = reader.UpdateAsync();
                await writer.AppendAsync(Blocks(0, 7));
                Connection.Open(writer, reader);
                Assert.True(await update);
            }
            Assert.Equal(7UL, reader.Length);
            Assert.False(await reader.UpdateAsync());
        });

    [Fact]
    public void Truncation_reaches_a_reader_with_all_blocks_and_keeps_what_is_shared() =>
        InWorld.Run(async loop =>
        {
            var random = TestSeed.NewRandom();
            for (var round = 0; round < 20; round++)
            {
                await using var pair = await CorePair.OpenAsync(loop, random.Next(1, 60));
                var (writer, reader) = pair;
                Connection.Open(writer, reader);
                using var download = reader.Download();
                await UntilAsync(loop, () => reader.ContiguousLength == writer.Length);
                var shared = (ulong)random.Next((int)writer.Length);
                await writer.TruncateAsync(shared);
                await writer.AppendAsync(Blocks(1000, random.Next(1, 60)));
                await UntilAsync(loop, () => reader.Fork == 1 && reader.ContiguousLength == writer.Length);
                await SameAsync(writer, reader);
                Assert.Equal(0, reader.Core.Replicator.Dropped + writer.Core.Replicator.Dropped);
            }
        });

    [Fact]
    public void Seek_finds_a_byte_that_no_stored_node_leads_to() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, 333);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            for (var bytes = 0UL; bytes < writer.ByteLength; bytes += 97)
                Assert.Equal(await writer.SeekAsync(bytes), await reader.SeekAsync(bytes, new GetOptions()));
            Assert.Equal(0, reader.Core.Replicator.Dropped + writer.Core.Replicator.Dropped);
        });

    /// <summary>
    /// Found by random sessions: what was known of the byte on the fork before was asked for on the next one, where it lies
    /// elsewhere. JavaScript ends the connection for it, or refuses it again and again.
    /// </summary>
    [Fact]
    public void Seek_looks_anew_where_a_byte_lies_on_the_fork_that_the_core_moves_to() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            await writer.AppendAsync([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[10], 8)]);
            var peer = await pair.OpenPeerAsync();
            peer.OnRequest = null;
            var seek = reader.SeekAsync(45, new GetOptions());
            await UntilAsync(loop, () => peer.Requests[^1].Proof.Seek is not null);
            var asked = peer.Requests[^1];

            // Below the node that began with the byte before there are but eight bytes now.
            await writer.TruncateAsync(0);
            await writer.AppendAsync([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[1], 8)]);
            await writer.AppendAsync([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[10], 8)]);
            peer.AnswerFrom(writer);
            peer.Pretend(writer.Length, fork: writer.Fork);
            peer.Send(new NoDataMessage(asked.Id, NoDataReason.NotAvailable));
            Assert.Equal(await writer.SeekAsync(45), await seek);
        });

    /// <summary>Found by random sessions: the peer was given up, though what its answer stands on was deleted here.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Seek_looks_anew_when_nodes_that_it_stands_on_are_cleared_here(bool isAsked) =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            await writer.AppendAsync([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[10], 16)]);
            var peer = await pair.OpenPeerAsync();
            // Brings the node of blocks 6 and 7, where the byte is.
            await reader.GetAsync(4, new GetOptions());
            peer.OnRequest = null;
            if (!isAsked)
                peer.Pipe.Destroy();
            await UntilAsync(loop, () => isAsked || reader.Peers.Count == 0);
            var seek = reader.SeekAsync(65, new GetOptions());
            await UntilAsync(loop, () => !isAsked || peer.Requests[^1].Proof.Seek is not null);
            var asked = peer.Requests[^1];

            await reader.ClearAsync(4);
            peer.AnswerFrom(writer);
            if (isAsked)
                peer.OnRequest!(asked);
            else
                Connection.Open(writer, reader);
            Assert.Equal(new CorePosition(6, 5), await seek);
            Assert.Equal(0, reader.Core.Replicator.Dropped);
        });

    [Fact]
    public void Seek_ends_when_the_byte_is_appended_here() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, blocks: 5);
            var end = writer.ByteLength;
            var seek = writer.SeekAsync(end + 1, new GetOptions());
            await writer.AppendAsync(new byte[2]);
            Assert.Equal(new CorePosition(5, 1), await seek);
        });

    [Fact]
    public void Extension_messages_reach_those_who_know_the_name() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            var heard = new List<string>();
            using var one = writer.RegisterExtension("one", (_, message) => heard.Add("1" + Text(message)));
            using var two = writer.RegisterExtension("two", (_, message) => heard.Add("2" + Text(message)));
            using var ours = reader.RegisterExtension("one", (_, _) => { });
            using var others = reader.RegisterExtension("two", (_, _) => { });
            using var unknown = reader.RegisterExtension("three", (_, _) => { });
            await UntilAsync(loop, () => reader.Peers.Count == 1);
            Assert.True(ours.Broadcast("a"u8.ToArray()));
            Assert.True(ours.Broadcast("b"u8.ToArray()));
            Assert.True(unknown.Broadcast("x"u8.ToArray()));
            Assert.True(others.Broadcast("c"u8.ToArray()));
            Assert.True(ours.Send(default, "d"u8.ToArray()));
            await UntilAsync(loop, () => heard.Count == 4);
            Assert.Equal(["1a", "1b", "2c", "1d"], heard);
        });

    [Fact]
    public void Extensions_of_one_name_all_hear_a_message_and_the_earliest_that_is_open_is_the_first() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            var heard = new List<string>();
            CoreExtension? second = null;
            var first = writer.RegisterExtension(
                "bee",
                (_, message) =>
                {
                    heard.Add("1" + Text(message));
                    if (Text(message) == "b")
                        second!.Dispose();
                }
            );
            second = writer.RegisterExtension("bee", (_, message) => heard.Add("2" + Text(message)));
            using var third = writer.RegisterExtension("bee", (_, message) => heard.Add("3" + Text(message)));
            using var ours = reader.RegisterExtension("bee", (_, _) => { });
            Assert.False(ours.CanSend(default));
            Connection.Open(writer, reader);
            await UntilAsync(loop, () => reader.Peers.Count == 1);
            Assert.True(ours.CanSend(default));
            Assert.Equal((true, false, false), (first.IsFirst, second.IsFirst, third.IsFirst));

            ours.Broadcast("a"u8.ToArray());
            // Who is closed while a message goes round hears it no more.
            ours.Broadcast("b"u8.ToArray());
            await UntilAsync(loop, () => heard.Count == 5);
            Assert.Equal(["1a", "2a", "3a", "1b", "3b"], heard);
            first.Dispose();
            first.Dispose();
            Assert.Equal((false, true), (first.IsFirst, third.IsFirst));
            ours.Broadcast("c"u8.ToArray());
            await UntilAsync(loop, () => heard.Count == 6);
            Assert.Equal("3c", heard[^1]);
        });

    [Fact]
    public void Extension_ends_with_the_session_that_registered_it() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop);
            var (writer, reader) = pair;
            var heard = new List<string>();
            var session = writer.OpenSession();
            using var first = session.RegisterExtension("bee", (_, message) => heard.Add("1" + Text(message)));
            using var second = writer.RegisterExtension("bee", (_, message) => heard.Add("2" + Text(message)));
            using var ours = reader.RegisterExtension("bee", (_, _) => { });
            Connection.Open(writer, reader);
            await UntilAsync(loop, () => reader.Peers.Count == 1);
            ours.Broadcast("a"u8.ToArray());
            await UntilAsync(loop, () => heard.Count == 2);

            await session.DisposeAsync();
            Assert.Equal((false, true), (first.IsFirst, second.IsFirst));
            ours.Broadcast("b"u8.ToArray());
            await UntilAsync(loop, () => heard.Contains("2b"));
            Assert.Equal(["1a", "2a", "2b"], heard);
        });

    [Fact]
    public void Stores_replicate_many_cores_and_the_ones_that_only_the_other_side_has_open() =>
        InWorld.Run(async loop =>
        {
            var left = CorestoreStorage.CreateInMemory(loop);
            var right = CorestoreStorage.CreateInMemory(loop);
            var names = await Corestore.OpenAsync(left);
            var keys = new List<Encoding.Bytes32>();
            for (var i = 0; i < 20; i++)
            {
                var core = await names.GetAsync($"core {i}");
                await core.AppendAsync(Blocks(i, 10));
                keys.Add(core.Key);
                // The other side's open finds them in the store.
                await core.DisposeAsync();
            }
            Connection.Open(left, right);
            var readers = await Corestore.OpenAsync(right);
            foreach (var (i, key) in keys.Index())
            {
                await using var reader = await readers.GetAsync(key);
                Assert.Equal(Vectors.Block(i + 9), await reader.GetAsync(9, new GetOptions()));
            }
        });

    /// <summary>Found by random sessions: a cancelled block took its upgrade along, and the core stood still for ever.</summary>
    [Fact]
    public void Upgrade_is_asked_for_again_when_the_block_or_byte_that_it_went_with_is_not_wanted_any_more() =>
        InWorld.Run(async loop =>
        {
            foreach (var isSeek in (bool[])[false, true])
            {
                await using var pair = await CorePair.OpenAsync(loop, 5);
                var (writer, reader) = pair;
                var peer = ScriptedPeer.Open(reader);
                using var enough = new CancellationTokenSource();
                Task wait = isSeek
                    ? reader.SeekAsync(writer.ByteLength - 1, new GetOptions(), enough.Token)
                    : reader.GetAsync(4, new GetOptions(), enough.Token).AsTask();
                peer.Pretend(length: 5);
                await UntilAsync(loop, () => peer.Requests.Count > 0);
                var asked = peer.Requests[0].Proof;
                Assert.NotNull(asked.Upgrade);
                Assert.True(isSeek ? asked.Seek is not null : asked.Block is not null);
                peer.AnswerFrom(writer);
                End(enough);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
                await UntilAsync(loop, () => reader.Length == 5);
                Assert.Equal([peer.Requests[0].Id], peer.Cancels);
            }
        });

    /// <summary>
    /// The refusal comes after the successor was announced; taken for one of the successor, that would never be asked for.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refusal_of_a_block_that_was_cut_or_lost_is_not_taken_for_one_of_its_successor(bool isCut) =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, 5);
            var (writer, reader) = pair;
            var peer = await pair.OpenPeerAsync();

            peer.OnRequest = null;
            var asked = peer.Requests.Count;
            using var download = reader.Download(new DownloadRange { End = 5 });
            await UntilAsync(loop, () => peer.Requests.Count == asked + 5);
            peer.Send(new RangeMessage(Drop: true, 0, 5));
            if (isCut)
            {
                await writer.TruncateAsync(0);
                await writer.AppendAsync(Blocks(10, 5));
            }
            peer.AnswerFrom(writer);
            peer.Pretend(length: 5, remoteLength: isCut ? 0UL : 5, fork: writer.Fork);
            await UntilAsync(loop, () => reader.Fork == writer.Fork && reader.TreeHash == writer.TreeHash);
            foreach (var request in peer.Requests[asked..(asked + 5)])
                peer.Send(new NoDataMessage(request.Id, NoDataReason.NotAvailable));
            await UntilAsync(loop, () => reader.ContiguousLength == 5);
            await SameAsync(writer, reader);
        });

    /// <summary>It refused because it is on another fork, which it had not told yet; the blocks are those of both forks.</summary>
    [Fact]
    public void Refusal_of_a_peer_that_moves_to_another_fork_says_nothing_of_what_it_has_there() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, 5);
            var (writer, reader) = pair;
            var peer = await pair.OpenPeerAsync();

            peer.OnRequest = null;
            var asked = peer.Requests.Count;
            await writer.TruncateAsync(3);
            peer.Send(new RangeMessage(Drop: true, 3, 2));
            await UntilAsync(loop, () => reader.Peers[0].ContiguousLength == 3);
            using var download = reader.Download(new DownloadRange { End = 3 });
            await UntilAsync(loop, () => peer.Requests.Count == asked + 3);
            foreach (var request in peer.Requests[asked..])
                peer.Send(new NoDataMessage(request.Id, NoDataReason.NotAvailable));
            peer.AnswerFrom(writer);
            peer.Send(new SyncMessage(SyncFlags.CanUpgrade | SyncFlags.Uploading, writer.Fork, 3, 0));
            await UntilAsync(loop, () => reader.Fork == writer.Fork && reader.ContiguousLength == 3);
            await SameAsync(writer, reader);
        });

    /// <summary>
    /// A peer does not tell of blocks that it believes us to have. When we lose them it has to be asked again what it has, or
    /// its copy is never found.
    /// </summary>
    [Fact]
    public void Blocks_that_a_peer_got_while_we_had_them_too_are_found_there_when_we_lose_ours() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, 4);
            await writer.ClearAsync(0);
            await using var reader = await CorePair.OpenReaderAsync(writer);
            Connection.Open(writer, reader);
            await reader.UpdateAsync();
            // The segment was asked for before the peer had anything.
            var nobody = new GetOptions { Timeout = TimeSpan.FromSeconds(1) };
            var error = await Assert.ThrowsAsync<HypercoreException>(() => writer.GetAsync(0, nobody).AsTask());
            Assert.Equal(HypercoreErrorCode.RequestTimeout, error.Code);

            Assert.Equal(Vectors.Block(2), await reader.GetAsync(2, new GetOptions()));
            await writer.ClearAsync(2);
            Assert.False(writer.Has(2));
            Assert.Equal(Vectors.Block(2), await writer.GetAsync(2, new GetOptions()));
        });

    /// <summary>What we lost is asked about once, and what was lost elsewhere not at all.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Segment_is_asked_for_again_where_our_own_blocks_were_cut_or_cleared(bool isCut) =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, 8);
            await writer.ClearAsync(0, 2);
            var peer = ScriptedPeer.Open(writer);
            await UntilAsync(loop, () => peer.Syncs.Count > 0);
            var (length, fork) = (writer.Length, writer.Fork);
            peer.Send(new SyncMessage(SyncFlags.Uploading | SyncFlags.Downloading, fork, length, length));
            await LookForAsync(0);
            Assert.Single(peer.Wants);
            await LookForAsync(1);
            Assert.Single(peer.Wants);

            if (isCut)
            {
                await writer.TruncateAsync(4);
                fork = writer.Fork;
                peer.Send(new SyncMessage(SyncFlags.Uploading | SyncFlags.Downloading, fork, 8, writer.Length));
            }
            else
            {
                await writer.ClearAsync(4, 8);
            }
            await LookForAsync(0);
            Assert.Single(peer.Wants);
            await LookForAsync(4);
            Assert.Equal(2, peer.Wants.Count);
            await LookForAsync(5);
            Assert.Equal(2, peer.Wants.Count);

            Task LookForAsync(ulong index) =>
                Assert.ThrowsAsync<HypercoreException>(() =>
                    writer.GetAsync(index, new GetOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask()
                );
        });

    /// <summary>In this turn: what waits is told on the thread that ends it.</summary>
    private static void End(CancellationTokenSource wait) => wait.Cancel();

    internal static ReadOnlyMemory<byte>[] Blocks(int start, int count) =>
        [.. Enumerable.Range(start, count).Select(i => (ReadOnlyMemory<byte>)Vectors.Block(i))];

    internal static async Task SameAsync(Hypercore writer, Hypercore reader)
    {
        Assert.Equal(
            (writer.Length, writer.Fork, writer.TreeHash, writer.Length),
            (reader.Length, reader.Fork, reader.TreeHash, reader.ContiguousLength)
        );
        for (var i = 0UL; i < writer.Length; i++)
            Assert.Equal(await writer.GetAsync(i), await reader.GetAsync(i));
    }

    /// <summary>Lets the world go on until something holds; the world's deadline ends a wait in vain.</summary>
    internal static async Task UntilAsync(Hyper.Loop.EventLoop loop, Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(10), loop.Time);
    }

    private static string Text(ReadOnlyMemory<byte> message) => System.Text.Encoding.UTF8.GetString(message.Span);
}
