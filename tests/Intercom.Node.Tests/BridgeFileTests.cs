using Intercom.Node.Store;
using TestKit;

namespace Intercom.Node.Tests;

public sealed class BridgeFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("intercom-").FullName;

    [Fact]
    public void TryRead_of_what_was_written_gives_it_back()
    {
        var store = CreateStore();
        Assert.False(BridgeFile.TryRead(store, out _));
        var file = new BridgeFile("ws://127.0.0.1:49222", 7, new string('a', 64));
        file.Write(store);
        Assert.True(BridgeFile.TryRead(store, out var read));
        Assert.Equal(file, read);
        var secure = new BridgeFile("wss://192.0.2.1:1", 7, file.PublicKey) { CertificateHash = new string('b', 64) };
        secure.Write(store);
        Assert.True(BridgeFile.TryRead(store, out read));
        Assert.Equal(secure, read);
        BridgeFile.Delete(store);
        Assert.False(BridgeFile.TryRead(store, out _));
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryRead_of_a_damaged_file_never_throws()
    {
        var store = CreateStore();
        new BridgeFile("ws://127.0.0.1:49222", 7, new string('a', 64)).Write(store);
        var good = File.ReadAllBytes(store.BridgeFilePath);
        for (var length = 0; length < good.Length - 1; length++)
            Check(good[..length], expected: false);
        var inputs = new RandomBytes(
            TestSeed.NewRandom(),
            [good, "{\"url\":\"\",\"peer\":\"\",\"pid\":1e300}"u8.ToArray()]
        );
        // Each input is a file written and read.
        for (var left = FuzzBudget.Inputs(oneIn: 10); left > 0; left--)
            Check(inputs.Next(), expected: null);

        void Check(byte[] content, bool? expected)
        {
            File.WriteAllBytes(store.BridgeFilePath, content);
            var isRead = BridgeFile.TryRead(store, out var file);
            Assert.Equal(isRead, file is not null);
            Assert.Equal(expected ?? isRead, isRead);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private PeerStore CreateStore()
    {
        var store = new PeerStore(_directory, "peer");
        Directory.CreateDirectory(store.Directory);
        return store;
    }
}
