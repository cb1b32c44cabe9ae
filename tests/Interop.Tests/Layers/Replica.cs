using Hyper.Core;
using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>What a copy of a core holds at one moment: its fork, and for each block below its length the bytes or null.</summary>
internal sealed record Replica(ulong Fork, string?[] Blocks)
{
    private int Contiguous => Array.IndexOf(Blocks, null) is var first and >= 0 ? first : Blocks.Length;

    public static async Task<Replica> ReadAsync(Hypercore core)
    {
        while (true)
        {
            var fork = core.Fork;
            var blocks = await BlocksOf(core);
            if ((core.Fork, (int)core.Length) == (fork, blocks.Length))
                return new Replica(fork, blocks);
        }
    }

    public static async Task<Replica> ReadAsync(JsCore core)
    {
        while (true)
        {
            var before = await core.StateAsync();
            var blocks = await core.ReadAllAsync();
            if (await core.StateAsync() == before)
                return new Replica(before.Fork, blocks);
        }
    }

    /// <summary>Every block below the length, in hex; null for one that is not stored.</summary>
    public static async Task<string?[]> BlocksOf(Hypercore core)
    {
        var blocks = new string?[core.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = await core.GetAsync((ulong)i) is { } block ? Convert.ToHexStringLower(block) : null;
            Assert.True((ulong)i >= core.Length || blocks[i] is not null == core.Has((ulong)i), $"block {i}");
        }
        return blocks;
    }

    /// <summary>Everything that was acknowledged is there, and nothing that was never written.</summary>
    public void AssertIsOf(WriterModel model, Progress acknowledged)
    {
        Assert.InRange(Fork, acknowledged.Fork, model.Fork);
        var written = model.At(Fork);
        Assert.InRange(Blocks.Length, 0, written.Count);
        for (var i = 0; i < Blocks.Length; i++)
            Assert.True(Blocks[i] is null || Blocks[i] == written[i], $"block {i} of fork {Fork}");
        if (Fork != acknowledged.Fork)
            return;
        Assert.InRange(Blocks.Length, acknowledged.Length, int.MaxValue);
        Assert.InRange(Contiguous, acknowledged.Contiguous, int.MaxValue);
    }

    public void AssertIsAllOf(WriterModel model)
    {
        Assert.Equal(model.Fork, Fork);
        Assert.Equal(model.Blocks, Blocks);
    }

    /// <summary>How far a copy has said that it was.</summary>
    public sealed record Progress(ulong Fork, int Length, int Contiguous)
    {
        /// <summary>It has said nothing yet.</summary>
        public static Progress None { get; } = new(0, 0, 0);
    }
}
