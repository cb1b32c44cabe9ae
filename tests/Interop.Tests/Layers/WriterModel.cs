using StoreWriter;

namespace Interop.Tests.Layers;

/// <summary>What a core has to hold after so many steps of a writer.</summary>
internal sealed class WriterModel(uint seed, int core, bool clears)
{
    public List<string?> Blocks { get; } = [];

    public int Steps { get; private set; }

    public ulong Fork { get; private set; }

    public void Step()
    {
        var step = WriterScript.Next(seed, core, Steps++, Blocks.Count, clears);
        switch (step.Verb)
        {
            case WriterVerb.Append:
                for (var i = 0; i < step.First; i++)
                    Blocks.Add(Convert.ToHexStringLower(WriterScript.Block(step.Hash, i)));
                break;
            case WriterVerb.Truncate:
                Blocks.RemoveRange(step.First, Blocks.Count - step.First);
                Fork++;
                break;
            default:
                for (var i = step.First; i < step.End; i++)
                    Blocks[i] = null;
                break;
        }
    }
}
