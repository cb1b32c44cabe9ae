using System.Numerics;

namespace Hyper.Core.Internal;

/// <summary>
/// Geometry of the tree in flat-tree numbering (flat-tree 1.13.0): leaf i is node 2i; a node of depth d has d trailing one
/// bits, and its offset is what stands above them and the zero. Valid for indexes below 2^53.
/// </summary>
internal static class FlatTree
{
    /// <summary>The longest core: its nodes stay below what JavaScript counts exactly.</summary>
    public const ulong MaxLength = 1UL << 51;

    public static int Depth(ulong index) => BitOperations.TrailingZeroCount(~index);

    public static ulong Index(int depth, ulong offset) => (offset << (depth + 1)) | ((1UL << depth) - 1);

    public static ulong Offset(ulong index) => index >> (Depth(index) + 1);

    public static ulong Parent(ulong index)
    {
        var depth = Depth(index);
        return Index(depth + 1, index >> (depth + 2));
    }

    public static ulong Sibling(ulong index) => index ^ (2UL << Depth(index));

    /// <summary>Left child of a node that is not a leaf.</summary>
    public static ulong LeftChild(ulong index) => index - (1UL << (Depth(index) - 1));

    /// <summary>Right child of a node that is not a leaf.</summary>
    public static ulong RightChild(ulong index) => index + (1UL << (Depth(index) - 1));

    public static bool IsLeaf(ulong index) => (index & 1) == 0;

    /// <summary>The first leaf below, as a tree index.</summary>
    public static ulong LeftSpan(ulong index) => index + 1 - (1UL << Depth(index));

    /// <summary>The last leaf below, as a tree index.</summary>
    public static ulong RightSpan(ulong index) => index - 1 + (1UL << Depth(index));

    /// <summary>How many blocks lie below.</summary>
    public static ulong LeafCount(ulong index) => 1UL << Depth(index);

    /// <summary>Whether <paramref name="inner"/> is the node or below it.</summary>
    public static bool Contains(ulong index, ulong inner) => inner >= LeftSpan(index) && inner <= RightSpan(index);

    /// <summary>The roots of a tree of <paramref name="length"/> blocks, from left to right.</summary>
    public static RootEnumerator FullRoots(ulong length) => new(length);

    /// <summary>The largest subtrees that hold the blocks from one length to another, from left to right.</summary>
    public static IEnumerable<ulong> Between(ulong start, ulong end)
    {
        while (start < end)
        {
            var fitting = 1UL << BitOperations.Log2(end - start);
            var leaves = start == 0 ? fitting : Math.Min(fitting, start & (0 - start));
            yield return (2 * start) + leaves - 1;
            start += leaves;
        }
    }

    public static int CountRoots(ulong length) => BitOperations.PopCount(length);

    /// <summary>Walks the set bits of a length from the highest down: one root each.</summary>
    internal struct RootEnumerator(ulong length)
    {
        private ulong _left = length;
        private ulong _start;

        public ulong Current { get; private set; }

        public readonly RootEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_left == 0)
                return false;
            var leaves = 1UL << BitOperations.Log2(_left);
            Current = (2 * _start) + leaves - 1;
            _start += leaves;
            _left -= leaves;
            return true;
        }
    }
}
