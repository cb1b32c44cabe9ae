namespace StoreWriter;

/// <summary>A step of a writer.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="First">How many blocks are appended; the new length; or the first block that is cleared.</param>
/// <param name="End">One behind the last block that is cleared.</param>
/// <param name="Hash">What the blocks are made from.</param>
public readonly record struct WriterStep(WriterVerb Verb, int First, int End, uint Hash)
{
    /// <summary>What is appended.</summary>
    public IEnumerable<byte[]> Blocks
    {
        get
        {
            var hash = Hash;
            return Verb == WriterVerb.Append ? Enumerable.Range(0, First).Select(i => WriterScript.Block(hash, i)) : [];
        }
    }
}
