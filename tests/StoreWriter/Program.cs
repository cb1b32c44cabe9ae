// Writes to the cores of a store until it is killed, and says on stdout what is acknowledged: "core number". For the tests
// that kill it. Usage: StoreWriter <folder> <seed> <steps of core 0> <of core 1> <of core 2>
using System.Globalization;
using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using StoreWriter;

var seed = uint.Parse(args[1], CultureInfo.InvariantCulture);
var steps = args[2..].Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
var output = Console.OpenStandardOutput();
using var loop = new NetworkLoop();
return await loop.InvokeAsync(async () =>
{
    try
    {
        var store = await CorestoreStorage.OpenAsync(loop, args[0]);
        var names = await Corestore.OpenAsync(store, default(Bytes32));
        await Task.WhenAll(Enumerable.Range(0, WriterScript.Cores).Select(core => WriteAsync(names, core)));
        return 0;
    }
    catch (HypercoreException error)
    {
        Tell($"failed {error.Message}");
        return 1;
    }
});

async Task WriteAsync(Corestore names, int number)
{
    var core = await names.GetAsync(WriterScript.NameOf(number));
    for (var i = steps[number]; ; i++)
    {
        var step = WriterScript.Next(seed, number, i, (int)core.Length, clears: true);
        switch (step.Verb)
        {
            case WriterVerb.Append:
                await core.AppendAsync([
                    .. Enumerable
                        .Range(0, step.First)
                        .Select(j => (ReadOnlyMemory<byte>)WriterScript.Block(step.Hash, j)),
                ]);
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

// One write call for each line, so that what was told was told whole.
void Tell(string line)
{
    output.Write(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
    output.Flush();
}
