// Works on the cores of a store until it is killed, for the tests that kill it, and says on stdout what is done.
//
//   StoreWriter write <folder> <seed> <steps of core 0> <of core 1> <of core 2> [port]
//     appends, truncates and clears; "core step" when one is acknowledged. With a port it never clears, and replicates with
//     whoever listens there.
//   StoreWriter follow <folder> <port> <key of core 0> <of core 1> <of core 2>
//     downloads all that whoever listens there has; "core fork length contiguous" when there is more.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hyper.Core;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using StoreWriter;

var output = Console.OpenStandardOutput();
using var loop = new NetworkLoop();
return await loop.InvokeAsync(async () =>
{
    try
    {
        var store = await CorestoreStorage.OpenAsync(loop, args[1]);
        var names = await Corestore.OpenAsync(store, default(Bytes32));
        await (args[0] == "write" ? WriteAsync(names) : FollowAsync(names));
        return 0;
    }
    catch (HypercoreException error)
    {
        Tell($"failed {error.Message}");
        return 1;
    }
});

async Task WriteAsync(Corestore names)
{
    var seed = uint.Parse(args[2], CultureInfo.InvariantCulture);
    var isServing = args.Length > 3 + WriterScript.Cores;
    if (isServing)
        await ConnectAsync(names, args[^1]);
    await Task.WhenAll(
        Enumerable
            .Range(0, WriterScript.Cores)
            .Select(core => WriteCoreAsync(names, seed, core, ParseNumber(args[3 + core]), clears: !isServing))
    );
}

async Task WriteCoreAsync(Corestore names, uint seed, int number, int steps, bool clears)
{
    var core = await names.GetAsync(WriterScript.NameOf(number));
    for (var i = steps; ; i++)
    {
        var step = WriterScript.Next(seed, number, i, (int)core.Length, clears);
        switch (step.Verb)
        {
            case WriterVerb.Append:
                await core.AppendAsync([.. step.Blocks.Select(block => (ReadOnlyMemory<byte>)block)]);
                break;
            case WriterVerb.Truncate:
                await core.TruncateAsync((ulong)step.First);
                break;
            default:
                await core.ClearAsync((ulong)step.First, (ulong)step.End);
                break;
        }
        Tell($"{number} {i}");
    }
}

async Task FollowAsync(Corestore names)
{
    await ConnectAsync(names, args[2]);
    await Task.WhenAll(args[3..].Select((key, number) => FollowCoreAsync(names, Bytes32.FromHex(key), number)));
}

async Task FollowCoreAsync(Corestore names, Bytes32 key, int number)
{
    var core = await names.GetAsync(key);
    using var download = core.Download();
    var forEver = new GetOptions { Timeout = Timeout.InfiniteTimeSpan };
    while (true)
    {
        Tell($"{number} {core.Fork} {core.Length} {core.ContiguousLength}");
        try
        {
            await core.GetAsync(core.ContiguousLength, forEver);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.SnapshotNotAvailable)
        {
            // The writer cut the core: it goes on from where it is now.
        }
    }
}

async Task ConnectAsync(Corestore names, string port)
{
    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    await socket.ConnectAsync(IPAddress.Loopback, ParseNumber(port));
    var duplex = new StreamDuplex(loop, new NetworkStream(socket, ownsSocket: true));
    names.Replicate(new NoiseSecretStream(duplex, isInitiator: true, KeyPair.Generate()));
}

static int ParseNumber(string text) => int.Parse(text, CultureInfo.InvariantCulture);

// One write call for each line, so that what was told was told whole.
void Tell(string line)
{
    output.Write(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
    output.Flush();
}
