using Hyper.Core.Internal;

namespace Hyper.Core.Tests.Replication;

/// <summary>Sessions that do not let their core move to a fork of a peer; as in hypercore, allowFork.</summary>
public sealed class ForkRefusalTests
{
    private const int Blocks = 10;

    private static readonly CoreSessionOptions _refusing = new() { AllowFork = false };

    [Fact]
    public void Fork_of_a_peer_is_not_taken_until_the_last_session_that_refuses_it_is_closed() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks, allowFork: false);
            var (writer, reader) = pair;
            Connection.Open(writer, reader);
            using (var download = reader.Download(new DownloadRange { End = Blocks }))
                await download.Completion;
            var hash = reader.TreeHash;
            await using var derived = reader.OpenSession();
            await using var other = await OpenAgainAsync(reader);

            await writer.TruncateAsync(4);
            await writer.AppendAsync(ReplicationTests.Blocks(100, 20));
            await ReplicationTests.UntilAsync(loop, () => reader.Peers[0] is { Fork: 1, Length: 24 });
            Assert.False(await other.UpdateAsync());
            await StaysAsync();
            await reader.DisposeAsync();
            await StaysAsync();

            await derived.DisposeAsync();
            await ReplicationTests.UntilAsync(loop, () => other is { Fork: 1, Length: 24 });
            using var rest = other.Download(new DownloadRange { End = 24 });
            await rest.Completion;
            await ReplicationTests.SameAsync(writer, other);
            Assert.Equal(0, other.Core.Replicator.Dropped + writer.Core.Replicator.Dropped);

            async Task StaysAsync()
            {
                await Task.Delay(TimeSpan.FromMinutes(1), loop.Time);
                Assert.Equal((0UL, (ulong)Blocks, hash), (other.Fork, other.Length, other.TreeHash));
                for (var i = 0; i < Blocks; i++)
                    Assert.Equal(Vectors.Block(i), await other.GetAsync((ulong)i));
            }
        });

    [Fact]
    public void Peer_on_a_refused_fork_is_asked_for_nothing() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks, allowFork: false);
            var (writer, reader) = pair;
            var peer = await pair.OpenPeerAsync();
            var asked = peer.Requests.Count;
            await writer.TruncateAsync(4);
            peer.Pretend(writer.Length, fork: 1);
            await ReplicationTests.UntilAsync(loop, () => reader.Peers[0].Fork == 1);

            var get = reader.GetAsync(0, new GetOptions { Timeout = TimeSpan.FromMinutes(1) }).AsTask();
            using var download = reader.Download();
            var late = await Assert.ThrowsAsync<HypercoreException>(() => get);
            Assert.Equal(HypercoreErrorCode.RequestTimeout, late.Code);
            Assert.Equal(asked, peer.Requests.Count);
            Assert.False(peer.IsClosed);
        });

    [Fact]
    public void Own_truncation_is_no_fork_of_a_peer() =>
        InWorld.Run(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            await using var session = await OpenAgainAsync(writer, allowFork: false);
            await session.TruncateAsync(4);
            Assert.Equal((1UL, 4UL), (writer.Fork, writer.Length));
        });

    [Fact]
    public void Fork_that_is_being_compared_is_given_up_when_a_session_refuses_it() =>
        InWorld.Run(async loop =>
        {
            await using var pair = await CorePair.OpenAsync(loop, Blocks);
            var (writer, reader) = pair;
            var peer = await pair.OpenPeerAsync();
            peer.OnRequest = null;
            // One answer tells all that is to be known of this fork.
            await writer.TruncateAsync(8);
            peer.Pretend(writer.Length, fork: 1);
            await ReplicationTests.UntilAsync(loop, () => peer.Requests[^1].Fork == 1);
            var request = peer.Requests[^1];
            var update = reader.UpdateAsync();
            var (_, proof) = await writer.State.ProveAsync(request.Proof);
            await Task.Delay(TimeSpan.FromMilliseconds(1), loop.Time);

            var refusing = await OpenAgainAsync(reader, allowFork: false);
            peer.Send(new DataMessage(request.Id, proof));
            peer.AnswerFrom(writer);
            Assert.False(await update);
            await ReplicationTests.UntilAsync(loop, () => peer.Cancels.Contains(request.Id));
            await Task.Delay(TimeSpan.FromMinutes(1), loop.Time);
            Assert.Equal(0UL, reader.Fork);

            await refusing.DisposeAsync();
            await ReplicationTests.UntilAsync(loop, () => reader.Fork == 1);
            Assert.Equal(writer.TreeHash, reader.TreeHash);
        });

    /// <summary>Whoever opens the session does not see the core move afterwards.</summary>
    [Fact]
    public void Session_that_refuses_forks_is_open_when_one_that_is_being_written_is_stored() =>
        InWorld.RunWithPool(async loop =>
        {
            await using var writer = await CorePair.OpenWriterAsync(loop, Blocks);
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            var names = await Corestore.OpenAsync(store);
            await using var reader = await names.GetAsync(writer.Key);
            Connection.Open(writer, reader);
            await reader.UpdateAsync();

            Task<(ulong Fork, ulong Length)>? found = null;
            values.Writing = () => found ??= FindAsync();
            await writer.TruncateAsync(4);
            await ReplicationTests.UntilAsync(loop, () => found is { IsCompleted: true });
            Assert.Equal((1UL, 4UL), await found!);

            async Task<(ulong Fork, ulong Length)> FindAsync()
            {
                await using var refusing = await names.GetAsync(writer.Key, _refusing);
                return (refusing.Fork, refusing.Length);
            }
        });

    /// <summary>Another session of a core, from its store.</summary>
    private static Task<Hypercore> OpenAgainAsync(Hypercore core, bool allowFork = true) =>
        Hypercore.OpenAsync(core.Core.Storage.Store, new HypercoreOptions { Key = core.Key, AllowFork = allowFork });
}
