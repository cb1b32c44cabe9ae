using Interop.Tests.Layers;

namespace Interop.Tests.Sessions;

/// <summary>
/// A core that one side writes and the other copies, and all that was ever written to it: whatever a side shows of a fork has to
/// be what was written there.
/// </summary>
internal sealed class SharedCore(ISide writer, ISide reader, ICopy written, ICopy copy)
{
    private const int MaxBlockBytes = 5000;

    private readonly List<List<string>> _forks =
    [
        [],
    ];
    private readonly List<ICopy> _extra = [];
    private int _next;

    // What is written is either cut or cleared: a copy on an older fork finds the first difference by hashes of blocks that the
    // other side has, leftmost first where it has no nodes of its own, in JavaScript and here, and stands still without any.
    private bool _isCleared;

    public ICopy Written { get; } = written;

    public ICopy Copy { get; private set; } = copy;

    public ISide Reader => reader;

    /// <summary>Whether what is written was cut.</summary>
    public bool IsCut => _forks.Count > 1;

    private List<string> Blocks => _forks[^1];

    public static async Task<SharedCore> CreateAsync(ISide writer, ISide reader, string name)
    {
        var written = await writer.CreateAsync(name);
        return new SharedCore(writer, reader, written, await reader.OpenAsync(written.Key));
    }

    /// <summary>One step of either side; tells what it was. Steps that need the other side go on by themselves.</summary>
    public async Task<string> StepAsync(Random random, bool isConnected, List<Task> goingOn)
    {
        var (start, end) = Range(random);
        switch (random.Next(16))
        {
            case < 5:
                var count = random.Next(4) == 0 ? random.Next(1, 200) : random.Next(1, 5);
                byte[][] blocks = [.. Enumerable.Range(0, count).Select(_ => NewBlock(random))];
                Blocks.AddRange(blocks.Select(Convert.ToHexStringLower));
                await Written.AppendAsync(blocks);
                return $"append {count}";
            case 5 when Blocks.Count > 0 && !_isCleared:
                // Mostly a few blocks are cut, sometimes everything.
                var length = random.Next(6) == 0 ? 0 : Math.Max(0, Blocks.Count - random.Next(1, 30));
                _forks.Add(Blocks[..length]);
                await Written.TruncateAsync((ulong)length);
                return $"truncate {length}";
            // A copy of JavaScript learns that all blocks up to one are there, and forgets those behind a gap that is made in them
            // afterwards; if it had asked for the segment it asks no more until it connects anew. Between partners too.
            case 6 when end > start && !IsCut && !(isConnected && reader.IsTheirs):
                _isCleared = true;
                await Written.ClearAsync(start, end);
                return $"clear {start} {end} of what is written";
            case 7 when end > start:
                await Copy.ClearAsync(start, end);
                return $"clear {start} {end} of the copy";
            case 8 or 9:
                goingOn.Add(Copy.FetchAsync(start));
                return $"get {start}";
            case 10:
                var bytes = (ulong)random.NextInt64(Blocks.Sum(block => (long)block.Length / 2) + 2);
                goingOn.Add(Copy.SeekAsync(bytes));
                return $"seek {bytes}";
            case 11 or 12 when end > start:
                await Copy.DownloadAsync(start, end);
                return $"download {start} {end}";
            case 13:
                _extra.Add(await (random.Next(2) == 0 ? reader : writer).OpenAsync(Written.Key));
                return "open one more session";
            case 14 when _extra.Count > 0:
                var at = random.Next(_extra.Count);
                await _extra[at].CloseAsync();
                _extra.RemoveAt(at);
                return "close a session";
            case 15:
                await Copy.CloseAsync();
                Copy = await reader.OpenAsync(Written.Key);
                return "close the copy and open it again";
            default:
                return "nothing";
        }
    }

    /// <summary>What is empty cannot be proven: at the end there is something.</summary>
    public async Task EndAsync(Random random)
    {
        if (Blocks.Count > 0)
            return;
        var block = NewBlock(random);
        Blocks.Add(Convert.ToHexStringLower(block));
        await Written.AppendAsync([block]);
    }

    /// <summary>Whether the copy has all that the writer has. What is there is checked whether or not it has.</summary>
    public async Task<bool> IsEqualAsync()
    {
        var replica = await Copy.ReadAsync();
        Check(replica);
        if (await Written.HeadAsync() != await Copy.HeadAsync())
            return false;
        var blocks = (await Written.ReadAsync()).Blocks;
        return blocks.Zip(replica.Blocks).All(pair => pair.First is null || pair.Second is not null);
    }

    /// <summary>What the copy holds, for seeing whether it goes on.</summary>
    public async Task<(Head Head, int Blocks)> ProgressAsync() =>
        (await Copy.HeadAsync(), (await Copy.ReadAsync()).Blocks.Count(block => block is not null));

    /// <summary>Everything at both ends is what was written.</summary>
    public async Task CheckAsync()
    {
        Check(await Copy.ReadAsync());
        var replica = await Written.ReadAsync();
        Check(replica);
        Assert.Equal((ulong)_forks.Count - 1, replica.Fork);
        Assert.Equal(Blocks.Count, replica.Blocks.Length);
    }

    public async Task<string> DescribeAsync() =>
        $"written {await Written.HeadAsync()} ({await Written.DescribeAsync()}), "
        + $"copy {await Copy.HeadAsync()} ({await Copy.DescribeAsync()})";

    private void Check(Replica replica)
    {
        Assert.InRange(replica.Fork, 0UL, (ulong)_forks.Count - 1);
        var blocks = _forks[(int)replica.Fork];
        Assert.InRange(replica.Blocks.Length, 0, blocks.Count);
        for (var i = 0; i < replica.Blocks.Length; i++)
            Assert.True(
                replica.Blocks[i] is null || replica.Blocks[i] == blocks[i],
                $"block {i} of fork {replica.Fork}"
            );
    }

    private (ulong Start, ulong End) Range(Random random)
    {
        var start = random.Next(Blocks.Count + 2);
        return ((ulong)start, (ulong)Math.Min(Blocks.Count, start + random.Next(1, 40)));
    }

    private byte[] NewBlock(Random random)
    {
        var block = new byte[random.Next(8) == 0 ? random.Next(MaxBlockBytes) : random.Next(1, 60)];
        random.NextBytes(block);
        // No two are equal, so that none can stand for another.
        BitConverter.TryWriteBytes(block, _next++);
        return block;
    }
}
