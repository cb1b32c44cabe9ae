using Hyper.Core.Internal;
using TestKit;

namespace Hyper.Core.Tests.Replication;

/// <summary>Several peers, parts of cores, and what becomes of waits.</summary>
public sealed class SwarmingTests
{
    private const int Blocks = 400;

    [Fact]
    public void Reader_puts_a_core_together_from_peers_that_have_parts() =>
        InWorld.Run(async loop =>
        {
            var random = TestSeed.NewRandom();
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            var sources = new List<Hypercore>();
            for (var i = 0; i < 4; i++)
            {
                var source = await CorePair.OpenReaderAsync(writer);
                var connection = Connection.Open(writer, source);
                ulong[] part =
                [
                    .. Enumerable.Range(0, Blocks).Where(b => b % 4 == i || random.Next(5) == 0).Select(b => (ulong)b),
                ];
                using var download = source.Download(new DownloadRange { Blocks = part });
                await download.Completion;
                connection.PipeA.Destroy();
                sources.Add(source);
            }
            foreach (var source in sources)
                Connection.Open(source, reader);
            using var whole = reader.Download(new DownloadRange { End = Blocks });
            await whole.Completion;
            await ReplicationTests.SameAsync(writer, reader);
            Assert.Equal(0, reader.Core.Replicator.Dropped + sources.Sum(source => source.Core.Replicator.Dropped));
        });

    [Fact]
    public void Blocks_spread_from_peer_to_peer_without_meeting_the_writer_again() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var readers = new List<Hypercore>();
            for (var i = 0; i < 5; i++)
                readers.Add(await CorePair.OpenReaderAsync(writer));
            for (var i = 1; i < readers.Count; i++)
                Connection.Open(readers[i - 1], readers[i]);
            Connection.Open(writer, readers[0]);
            var downloads = readers.ConvertAll(reader => reader.Download());
            await ReplicationTests.UntilAsync(
                loop,
                () => readers.TrueForAll(reader => reader.ContiguousLength == Blocks)
            );
            await writer.AppendAsync(ReplicationTests.Blocks(Blocks, 30));
            await writer.TruncateAsync(50);
            await writer.AppendAsync(ReplicationTests.Blocks(900, 60));
            await ReplicationTests.UntilAsync(
                loop,
                () => readers.TrueForAll(reader => reader.Fork == 1 && reader.ContiguousLength == writer.Length)
            );
            foreach (var reader in readers)
                await ReplicationTests.SameAsync(writer, reader);
            Assert.Equal(0, readers.Sum(reader => reader.Core.Replicator.Dropped));
        });

    [Fact]
    public void Random_histories_end_equal_whatever_connections_come_and_go() =>
        InWorld.Run(
            async loop =>
            {
                var random = TestSeed.NewRandom();
                for (var round = FuzzBudget.Rounds(usually: 6, atMost: 60); round > 0; round--)
                    await RunHistoryAsync(loop, random);
            },
            seed: 5
        );

    [Fact]
    public void Core_without_sessions_closes_its_channels_after_a_while_and_a_session_opens_them_again() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var store = CorestoreStorage.CreateInMemory(loop);
            var names = await Corestore.OpenAsync(store);
            var reader = await names.GetAsync(writer.Key);
            var left = writer.Core.Storage.Store;
            Connection.Open(left, store);
            await reader.UpdateAsync();
            await reader.DisposeAsync();
            await writer.DisposeAsync();
            await Task.Delay(TimeSpan.FromSeconds(15), loop.Time);
            Assert.Single(reader.Core.Replicator.Peers);
            await Task.Delay(TimeSpan.FromSeconds(40), loop.Time);
            Assert.Empty(reader.Core.Replicator.Peers);
            await using var again = await names.GetAsync(writer.Key);
            Assert.Equal(Vectors.Block(7), await again.GetAsync(7, new GetOptions()));
        });

    [Fact]
    public void Waits_end_with_their_token_their_session_and_their_deadline() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var reader = await CorePair.OpenReaderAsync(writer);
            var silent = ScriptedPeer.Open(reader);
            silent.OnRequest = request =>
            {
                if (request.Proof.Block is null)
                    silent.AnswerFrom(writer, proof => proof.Block is null ? proof : null);
            };
            silent.Pretend(Blocks);
            await ReplicationTests.UntilAsync(loop, () => silent.Requests.Count > 0);
            using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), loop.Time);
            var cancelled = reader.GetAsync(1, new GetOptions(), cancellation.Token).AsTask();
            var late = reader.GetAsync(2, new GetOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();
            var shared = reader.GetAsync(1, new GetOptions { Timeout = Timeout.InfiniteTimeSpan }).AsTask();
            var updated = reader.UpdateAsync(TimeSpan.FromSeconds(1));
            var token = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.Equal(cancellation.Token, token.CancellationToken);
            Assert.Equal(
                HypercoreErrorCode.RequestTimeout,
                (await Assert.ThrowsAsync<HypercoreException>(() => late)).Code
            );
            Assert.False(shared.IsCompleted);
            await reader.DisposeAsync();
            Assert.Equal(
                HypercoreErrorCode.SessionClosed,
                (await Assert.ThrowsAsync<HypercoreException>(() => shared)).Code
            );
            await Assert.ThrowsAnyAsync<Exception>(() => updated);
            Assert.DoesNotContain(reader.Core.Replicator.Peers[0].Requests, request => request.Block is not null);
        });

    [Fact]
    public void Store_that_closes_ends_waits_and_channels() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var store = CorestoreStorage.CreateInMemory(loop);
            var reader = await Hypercore.OpenAsync(store, new HypercoreOptions { Key = writer.Key });
            var silent = ScriptedPeer.Open(reader);
            silent.Pretend(Blocks);
            await ReplicationTests.UntilAsync(loop, () => silent.Requests.Count > 0);
            var get = reader.GetAsync(1, new GetOptions()).AsTask();
            var download = reader.Download();
            await store.DisposeAsync();
            Assert.Equal(
                HypercoreErrorCode.SessionClosed,
                (await Assert.ThrowsAsync<HypercoreException>(() => get)).Code
            );
            await Assert.ThrowsAsync<HypercoreException>(() => download.Completion);
            await ReplicationTests.UntilAsync(loop, () => silent.IsClosed);
        });

    [Fact]
    public void Disk_that_is_full_ends_downloads_with_its_error_and_nothing_more_is_asked_for() =>
        InWorld.RunWithPool(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var reader = await Hypercore.OpenAsync(store, new HypercoreOptions { Key = writer.Key });
            Connection.Open(writer, reader);
            Assert.Equal(Vectors.Block(3), await reader.GetAsync(3, new GetOptions()));
            values.IsFull = true;
            using var download = reader.Download();
            var error = await Assert.ThrowsAsync<HypercoreException>(() => download.Completion);
            Assert.Equal(HypercoreErrorCode.WriteFailed, error.Code);
            Assert.True(reader.Core.Replicator.Peers[0].InFlight < Blocks);
            await Assert.ThrowsAsync<HypercoreException>(() => reader.GetAsync(5, new GetOptions()).AsTask());
            // What is there can still be had, here and by others; nobody is asked for anything.
            Assert.Equal(Vectors.Block(3), await reader.GetAsync(3));
            var later = ScriptedPeer.Open(reader);
            later.Pretend(Blocks + 10);
            later.Send(new RequestMessage(1, 0, new ProofRequest { Block = new BlockRequest(3, 0) }));
            await ReplicationTests.UntilAsync(loop, () => later.Answers.Count > 0);
            Assert.Empty(later.Requests);
        });

    /// <summary>As one that was going on: whoever begins one when a peer tells of something must not throw there.</summary>
    [Fact]
    public void Download_that_begins_after_a_write_failed_ends_with_that_error() =>
        InWorld.RunWithPool(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await using var reader = await Hypercore.OpenAsync(store, new HypercoreOptions { Key = writer.Key });
            Connection.Open(writer, reader);
            await reader.UpdateAsync();
            values.IsFull = true;
            using var before = reader.Download();
            await Assert.ThrowsAsync<HypercoreException>(() => before.Completion);
            using var after = reader.Download(new DownloadRange { Blocks = [3] });
            var error = await Assert.ThrowsAsync<HypercoreException>(() => after.Completion);
            Assert.Equal(HypercoreErrorCode.WriteFailed, error.Code);
        });

    [Fact]
    public void Blocks_read_for_all_peers_stay_within_the_budget_of_the_store() =>
        InWorld.RunWithPool(async loop =>
        {
            const int Size = 1024 * 1024;
            const int Each = 4;
            const int Peers = 30;
            await using var store = new CorestoreStorage(loop, new SlowStore());
            await using var writer = await Hypercore.OpenAsync(store);
            await writer.AppendAsync([.. Enumerable.Repeat(new ReadOnlyMemory<byte>(new byte[Size]), Each)]);
            loop.Close();
            var peers = Enumerable.Range(0, Peers).Select(_ => ScriptedPeer.Open(writer)).ToArray();
            foreach (var peer in peers)
            {
                for (var i = 0UL; i < Each; i++)
                    peer.Send(new RequestMessage(i + 1, 0, new ProofRequest { Block = new BlockRequest(i, 0) }, 0));
            }
            // The first ones have two each; when there is no room any more the others have one.
            var ahead = ReadBudget.MaxBytes / Size / 2;
            var expected = ReadBudget.MaxBytes + ((Peers - ahead) * Size);
            await ReplicationTests.UntilAsync(loop, () => store.Reads.Taken >= expected);
            Assert.Equal(expected, store.Reads.Taken);
            loop.Open();
            await ReplicationTests.UntilAsync(loop, () => Array.TrueForAll(peers, peer => peer.Answers.Count == Each));
            await ReplicationTests.UntilAsync(loop, () => store.Reads.Taken == 0);
        });

    [Fact]
    public void Channel_that_closes_while_blocks_are_read_gives_its_room_back() =>
        InWorld.RunWithPool(async loop =>
        {
            await using var store = new CorestoreStorage(loop, new SlowStore());
            await using var writer = await Hypercore.OpenAsync(store);
            await writer.AppendAsync(ReplicationTests.Blocks(0, Blocks));
            loop.Close();
            var peer = ScriptedPeer.Open(writer);
            for (var i = 0UL; i < Blocks; i++)
                peer.Send(new RequestMessage(i + 1, 0, new ProofRequest { Block = new BlockRequest(i, 0) }, 0));
            await ReplicationTests.UntilAsync(loop, () => store.Reads.Taken > 0);
            peer.Pipe.Destroy();
            await ReplicationTests.UntilAsync(loop, () => peer.IsClosed);
            loop.Open();
            await ReplicationTests.UntilAsync(loop, () => store.Reads.Taken == 0);
            Assert.Empty(peer.Answers);
        });

    [Fact]
    public void Session_that_waits_reads_through_to_peers() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            Assert.Null(await reader.GetAsync(9));
            reader.Reads = new GetOptions();
            Assert.Equal(Vectors.Block(9), await reader.GetAsync(9));
            await using var snapshot = await reader.OpenSnapshotAsync();
            snapshot.Reads = new GetOptions();
            Assert.Equal(Vectors.Block(10), await snapshot.GetAsync(10));
        });

    private static async Task RunHistoryAsync(Loop.EventLoop loop, Random random)
    {
        await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
        var cores = new List<Hypercore> { writer };
        for (var i = random.Next(1, 4); i > 0; i--)
            cores.Add(await CorePair.OpenReaderAsync(writer));
        var connections = new List<Connection>();
        foreach (var reader in cores.Skip(1))
            _ = reader.Download();
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(8))
            {
                case 0 when connections.Count < 8:
                case 1 when connections.Count < 4:
                    var (a, b) = (random.Next(cores.Count), random.Next(cores.Count));
                    if (a != b)
                        connections.Add(Connection.Open(cores[a], cores[b]));
                    break;
                case 2 when connections.Count > 0:
                    connections[random.Next(connections.Count)].PipeA.Destroy();
                    connections.RemoveAll(connection => connection.PipeA.IsClosed || connection.PipeB.IsClosed);
                    break;
                case 3:
                    await writer.TruncateAsync((ulong)random.Next((int)writer.Length + 1));
                    break;
                case 4:
                    var cut = cores[random.Next(1, cores.Count)];
                    if (cut.Length > 0)
                        await cut.ClearAsync((ulong)random.Next((int)cut.Length));
                    break;
                case 5:
                    var asked = cores[random.Next(1, cores.Count)];
                    _ = asked
                        .GetAsync((ulong)random.Next(2 * Blocks), new GetOptions { Timeout = TimeSpan.FromSeconds(1) })
                        .AsTask()
                        .ContinueWith(task => task.Exception, TaskScheduler.Default);
                    break;
                default:
                    await writer.AppendAsync(ReplicationTests.Blocks(random.Next(1000), random.Next(1, 50)));
                    break;
            }
            if (random.Next(3) == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20)), loop.Time);
        }
        foreach (var connection in connections)
            connection.PipeA.Destroy();
        await writer.AppendAsync(ReplicationTests.Blocks(0, 1));
        foreach (var reader in cores.Skip(1))
            Connection.Open(writer, reader);
        await ReplicationTests.UntilAsync(
            loop,
            () => cores.TrueForAll(core => core.Fork == writer.Fork && core.Length == writer.Length)
        );
        foreach (var reader in cores.Skip(1))
        {
            // What was cleared on purpose is fetched again only when it is asked for.
            using var rest = reader.Download(new DownloadRange { End = writer.Length });
            await rest.Completion;
            await ReplicationTests.SameAsync(writer, reader);
        }
        Assert.Equal(0, cores.Sum(core => core.Core.Replicator.Dropped));
        foreach (var reader in cores.Skip(1))
            await reader.DisposeAsync();
    }
}
