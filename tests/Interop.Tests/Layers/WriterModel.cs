using StoreWriter;

namespace Interop.Tests.Layers;

/// <summary>What a core has to hold after so many steps of a writer.</summary>
internal sealed class WriterModel(uint seed, int core, bool clears)
{
    private readonly List<Cut> _cuts = [];

    public List<string?> Blocks { get; } = [];

    public int Steps { get; private set; }

    public ulong Fork => (ulong)_cuts.Count;

    /// <summary>Does the next step and tells which it was.</summary>
    /// <param name="isAppend">Whether it is to be an append in any case: as if the core were empty.</param>
    public WriterStep Step(bool isAppend = false)
    {
        var step = WriterScript.Next(seed, core, Steps++, isAppend ? 0 : Blocks.Count, clears);
        switch (step.Verb)
        {
            case WriterVerb.Append:
                Blocks.AddRange(step.Blocks.Select(Convert.ToHexStringLower));
                break;
            case WriterVerb.Truncate:
                _cuts.Add(new Cut(step.First, Blocks[step.First..]));
                Blocks.RemoveRange(step.First, Blocks.Count - step.First);
                break;
            default:
                for (var i = step.First; i < step.End; i++)
                    Blocks[i] = null;
                break;
        }
        return step;
    }

    /// <summary>The blocks of a fork at its longest.</summary>
    public List<string?> At(ulong fork)
    {
        var blocks = new List<string?>(Blocks);
        for (var later = Fork; later > fork; later--)
        {
            var (length, tail) = _cuts[(int)later - 1];
            blocks.RemoveRange(length, blocks.Count - length);
            blocks.AddRange(tail);
        }
        return blocks;
    }

    /// <summary>What a fork ended with: the length that was kept, and what lay behind it.</summary>
    private readonly record struct Cut(int Length, List<string?> Tail);
}
