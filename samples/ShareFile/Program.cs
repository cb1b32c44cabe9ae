// Shares a file between two machines:
//   dotnet run --project samples/ShareFile -- send photo.jpg           prints a key and serves the file until Ctrl-C
//   dotnet run --project samples/ShareFile -- get <key> copy.jpg       on the other machine
// A last argument host:port names a node of another DHT than the public one. What has come stays in the folder
// share-store: begun again, a transfer goes on where it was.
using System.Net;
using Hyper.Core;
using Hyper.Dht;
using Hyper.Loop;
using Hyper.Swarm;

const int blockBytes = 64 * 1024;
if (args is not (["send", _, ..] or ["get", _, _, ..]) || (args[0] == "send" && !File.Exists(args[1])))
{
    Console.Error.WriteLine("usage: ShareFile send <file> [host:port], or ShareFile get <key> <file> [host:port]");
    Environment.Exit(2);
}
var (isSender, subject) = (args[0] == "send", args[1]);
if (!CoreId.TryDecode(subject, out var key) && !isSender)
{
    Console.Error.WriteLine($"'{subject}' is not a key: 52 letters, or 64 hexadecimal digits, as the sender prints it");
    Environment.Exit(2);
}
var node = args.Length > (isSender ? 2 : 3) ? IPEndPoint.Parse(args[^1]) : null;
var options = node is null
    ? new HyperDhtOptions()
    : HyperDhtOptions.LocalTestnet with
    {
        Host = IPAddress.IsLoopback(node.Address) ? IPAddress.Loopback : IPAddress.Any,
        Bootstrap = [new UdpAddress(node.Address, (ushort)node.Port)],
    };
var stopping = new TaskCompletionSource();
Console.CancelKeyPress += (_, pressed) => pressed.Cancel = stopping.TrySetResult();

// Everything of the network and of cores lives on one loop; an await there comes back to it.
using var loop = new NetworkLoop();
await loop.InvokeAsync(async () =>
{
    await using var storage = await CorestoreStorage.OpenAsync(loop, isSender ? "share-store" : "share-store-got");
    var store = await Corestore.OpenAsync(storage);
    await using var dht = HyperDht.Create(loop, options);
    await using var swarm = Hyperswarm.Create(dht, (connection, _) => store.Replicate(connection));
    await using var core = await (isSender ? store.GetAsync(Path.GetFullPath(subject)) : store.GetAsync(key));
    await (isSender ? SendAsync(core, swarm) : GetAsync(core, swarm, args[2]));
});

async Task SendAsync(Hypercore core, Hyperswarm swarm)
{
    await using var file = File.OpenRead(subject);
    file.Position = (long)core.ByteLength;
    for (var block = new byte[blockBytes]; await file.ReadAtLeastAsync(block, blockBytes, false) is > 0 and var read; )
    {
        await core.AppendAsync(block.AsMemory(0, read));
        block = new byte[blockBytes];
    }
    await swarm.Join(core.DiscoveryKey, new JoinOptions { Client = false }).FlushedAsync();
    Console.WriteLine($"key {CoreId.Encode(core.Key)}");
    await stopping.Task;
}

async Task GetAsync(Hypercore core, Hyperswarm swarm, string path)
{
    // As long as peers are being looked for, an update waits for the first of them.
    using (core.FindingPeers())
    {
        swarm.Join(core.DiscoveryKey, new JoinOptions { Server = false });
        await core.UpdateAsync(TimeSpan.FromMinutes(5));
    }
    using var download = core.Download(new DownloadRange { End = core.Length });
    while (!download.Completion.IsCompleted)
    {
        await Task.WhenAny(download.Completion, Task.Delay(TimeSpan.FromMilliseconds(200), loop.Time));
        Console.Write($"\r{core.CountStored(0, core.Length)} of {core.Length} blocks, {core.ByteLength} bytes in all");
    }
    await download.Completion;
    await using var file = File.Create(path);
    await foreach (var block in core.ReadBlocksAsync())
        await file.WriteAsync(block);
    Console.WriteLine($"\n{path} is here");
}
