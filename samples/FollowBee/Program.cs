// Prints what a JavaScript app writes into its Hyperbee, as it comes:
//   node samples/bee-writer.mjs                            prints the key of the bee
//   dotnet run --project samples/FollowBee -- <key>        anywhere else; Ctrl-C stops
// A last argument host:port names a node of another DHT than the public one.
using System.Net;
using System.Text;
using Hyper.Bee;
using Hyper.Core;
using Hyper.Dht;
using Hyper.Loop;
using Hyper.Swarm;

if (args.Length == 0 || !CoreId.TryDecode(args[0], out var key))
{
    Console.Error.WriteLine("usage: FollowBee <key> [host:port]");
    return 2;
}
var node = args.Length > 1 ? IPEndPoint.Parse(args[1]) : null;
var options = node is null
    ? new HyperDhtOptions()
    : HyperDhtOptions.LocalTestnet with
    {
        Host = IPAddress.IsLoopback(node.Address) ? IPAddress.Loopback : IPAddress.Any,
        Bootstrap = [new UdpAddress(node.Address, (ushort)node.Port)],
    };
using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stopping.Cancel();
};

using var loop = new NetworkLoop();
await loop.InvokeAsync(async () =>
{
    await using var storage = await CorestoreStorage.OpenAsync(loop, "bee-store");
    var store = await Corestore.OpenAsync(storage);
    await using var dht = HyperDht.Create(loop, options);
    await using var swarm = Hyperswarm.Create(dht, (connection, _) => store.Replicate(connection));
    await using var core = await store.GetAsync(key);
    swarm.Join(core.DiscoveryKey);
    // Reads wait for blocks that peers have, and a download without an end follows what is appended.
    core.Reads = new GetOptions { Timeout = Timeout.InfiniteTimeSpan };
    using var download = core.Download(new DownloadRange { Start = core.Length });
    await using var bee = new Hyperbee(core);
    try
    {
        await foreach (var change in bee.GetLiveHistoryAsync(cancellationToken: stopping.Token))
        {
            var name = Encoding.UTF8.GetString(change.Entry.Key.Span);
            if (change.IsDeletion)
                Console.WriteLine($"{name} is gone");
            else
                Console.WriteLine($"{name} = {Encoding.UTF8.GetString((change.Entry.Value ?? default).Span)}");
        }
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine("stopped");
    }
});
return 0;
