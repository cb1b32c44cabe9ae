namespace Hyper.Core.Internal;

/// <summary>
/// The view of stored nodes that one run of a tree algorithm has, so that the algorithm itself is plain synchronous code.
/// </summary>
/// <remarks>
/// A node that is not in memory is noted in <see cref="Wanted"/> and reported as absent; the run then ends as incomplete.
/// The owner reads what is wanted, hands it in with <see cref="Supply"/>, and runs the algorithm again: each round knows
/// at least one node more, and a round that knows all its indexes beforehand wants them all at once.
/// </remarks>
internal sealed class TreeReader(ITreeNodes source)
{
    private Dictionary<ulong, TreeNode?>? _supplied;

    /// <summary>Indexes that only the disk can answer.</summary>
    public List<ulong> Wanted { get; } = [];

    /// <summary>Whether this run has met such an index: its result says nothing.</summary>
    public bool IsIncomplete => Wanted.Count > 0;

    public bool TryGet(ulong index, out TreeNode node)
    {
        if (_supplied is not null && _supplied.TryGetValue(index, out var supplied))
        {
            node = supplied ?? default;
            return supplied is not null;
        }
        var lookup = source.TryGet(index, out node);
        if (lookup == Lookup.NotInMemory)
            Wanted.Add(index);
        return lookup == Lookup.Found;
    }

    /// <summary>Takes what the disk said about an index: a node, or null for none.</summary>
    public void Supply(ulong index, TreeNode? node) => (_supplied ??= [])[index] = node;
}
