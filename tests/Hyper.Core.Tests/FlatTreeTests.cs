using Hyper.Core.Internal;

namespace Hyper.Core.Tests;

public sealed class FlatTreeTests
{
    [Fact]
    public void Relations_hold_for_every_node_of_a_small_tree()
    {
        for (var depth = 0; depth < 12; depth++)
        {
            for (var offset = 0UL; offset < 200; offset++)
            {
                var index = FlatTree.Index(depth, offset);
                Assert.Equal(depth, FlatTree.Depth(index));
                Assert.Equal(offset, FlatTree.Offset(index));
                Assert.Equal(1UL << depth, FlatTree.LeafCount(index));
                Assert.Equal(2 * (offset << depth), FlatTree.LeftSpan(index));
                Assert.Equal(FlatTree.LeftSpan(index) + (2UL << depth) - 2, FlatTree.RightSpan(index));
                Assert.Equal(FlatTree.Index(depth + 1, offset / 2), FlatTree.Parent(index));
                Assert.Equal(FlatTree.Index(depth, offset ^ 1), FlatTree.Sibling(index));
                if (depth > 0)
                {
                    Assert.Equal(FlatTree.Index(depth - 1, 2 * offset), FlatTree.LeftChild(index));
                    Assert.Equal(FlatTree.Index(depth - 1, (2 * offset) + 1), FlatTree.RightChild(index));
                }
            }
        }
    }

    [Fact]
    public void FullRoots_cover_the_length_from_left_to_right()
    {
        for (var length = 0UL; length < 1000; length++)
        {
            var next = 0UL;
            var count = 0;
            foreach (var root in FlatTree.FullRoots(length))
            {
                Assert.Equal(next, FlatTree.LeftSpan(root));
                next = FlatTree.RightSpan(root) + 2;
                count++;
            }
            Assert.Equal(2 * length, next);
            Assert.Equal(FlatTree.CountRoots(length), count);
        }
    }

    [Fact]
    public void Subtrees_between_two_lengths_cover_what_lies_between_and_join_to_the_roots()
    {
        for (var start = 0UL; start < 70; start++)
        {
            for (var end = start; end < 140; end++)
            {
                var next = 2 * start;
                var roots = new List<ulong>();
                foreach (var root in FlatTree.FullRoots(start))
                    roots.Add(root);
                foreach (var index in FlatTree.Between(start, end))
                {
                    Assert.Equal(next, FlatTree.LeftSpan(index));
                    next = FlatTree.RightSpan(index) + 2;
                    var joined = index;
                    for (; roots.Count > 0 && roots[^1] == FlatTree.Sibling(joined); joined = FlatTree.Parent(joined))
                        roots.RemoveAt(roots.Count - 1);
                    roots.Add(joined);
                }
                Assert.Equal(2 * end, next);
                Assert.Equal(FlatTree.CountRoots(end), roots.Count);
            }
        }
    }

    [Fact]
    public void Geometry_holds_at_the_longest_core()
    {
        var last = 2 * (FlatTree.MaxLength - 1);
        var top = last;
        while (FlatTree.LeafCount(top) < FlatTree.MaxLength)
            top = FlatTree.Parent(top);
        Assert.Equal(0UL, FlatTree.LeftSpan(top));
        Assert.Equal(last, FlatTree.RightSpan(top));
    }
}
