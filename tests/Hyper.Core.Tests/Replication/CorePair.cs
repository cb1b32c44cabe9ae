using Hyper.Crypto;
using Hyper.Loop;

namespace Hyper.Core.Tests.Replication;

/// <summary>A core with blocks, and a copy of it in another store that has none yet; both in memory, not connected.</summary>
internal sealed class CorePair : IAsyncDisposable
{
    private CorePair(Hypercore writer, Hypercore reader) => (Writer, Reader) = (writer, reader);

    public Hypercore Writer { get; }

    public Hypercore Reader { get; }

    public static async Task<CorePair> OpenAsync(EventLoop loop, int blocks = 0, bool allowFork = true)
    {
        var writer = await OpenWriterAsync(loop, blocks);
        return new CorePair(writer, await OpenReaderAsync(writer, allowFork));
    }

    public static async Task<Hypercore> OpenWriterAsync(EventLoop loop, int blocks, KeyPair? keyPair = null)
    {
        var options = new HypercoreOptions { KeyPair = keyPair };
        var writer = await Hypercore.OpenAsync(CorestoreStorage.CreateInMemory(loop), options);
        await writer.AppendAsync(ReplicationTests.Blocks(0, blocks));
        return writer;
    }

    public static Task<Hypercore> OpenReaderAsync(Hypercore writer, bool allowFork = true) =>
        Hypercore.OpenAsync(
            CorestoreStorage.CreateInMemory(writer.Core.Storage.Store.Loop),
            new HypercoreOptions { Key = writer.Key, AllowFork = allowFork }
        );

    /// <summary>
    /// A peer of the copy that answers from what is written, after the copy became as long as that and has no blocks yet.
    /// </summary>
    public async Task<ScriptedPeer> OpenPeerAsync()
    {
        var peer = ScriptedPeer.Open(Reader);
        peer.AnswerFrom(Writer);
        peer.Pretend(Writer.Length);
        await ReplicationTests.UntilAsync(Reader.Core.Storage.Store.Loop, () => Reader.Length == Writer.Length);
        return peer;
    }

    public void Deconstruct(out Hypercore writer, out Hypercore reader) => (writer, reader) = (Writer, Reader);

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync();
        await Writer.DisposeAsync();
    }
}
