namespace Hyper.Bee.Internal;

/// <summary>A node that is being changed. Belongs to one <see cref="TreeWriter"/>.</summary>
internal sealed class WorkingNode : TreeNode
{
    // One more than a settled node has: it is split after the insertion.
    private readonly List<ulong> _keys = new(MaxKeys + 1);
    private readonly List<Child> _children;

    public WorkingNode() => _children = [];

    /// <summary>A root over the halves of what was the root.</summary>
    public WorkingNode(ulong key, WorkingNode left, WorkingNode right)
    {
        _keys.Add(key);
        _children = [Child.To(left), Child.To(right)];
        IsChanged = true;
    }

    public WorkingNode(TreeLevel level)
    {
        _children = new(level.IsLeaf ? 0 : MaxChildren + 1);
        for (var i = 0; i < level.KeyCount; i++)
            _keys.Add(level.GetKey(i));
        for (var i = 0; i < level.ChildCount; i++)
        {
            var (seq, offset) = level.GetChild(i);
            _children.Add(new Child(seq, offset, null));
        }
    }

    public override int KeyCount => _keys.Count;

    public override int ChildCount => _children.Count;

    public override BeeBlock? Holder
    {
        get => null;
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the next block has to write this node.</summary>
    public bool IsChanged { get; set; }

    public override ulong GetKey(int i) => _keys[i];

    public override (ulong Seq, ulong Offset) GetChild(int i) =>
        _children[i] is { Reference: { } reference }
            ? (reference.Seq, reference.Offset)
            : (_children[i].Seq, _children[i].Offset);

    /// <summary>The child, if it was loaded for a change.</summary>
    public WorkingNode? FindChild(int i) => _children[i].Reference?.Node;

    /// <summary>The reference to a child, made when it is asked for first.</summary>
    public ChildReference GetReference(int i)
    {
        if (_children[i] is { Reference: { } known })
            return known;
        var reference = new ChildReference(_children[i].Seq, _children[i].Offset, null);
        _children[i] = new Child(0, 0, reference);
        return reference;
    }

    public void SetKey(int i, ulong seq)
    {
        _keys[i] = seq;
        IsChanged = true;
    }

    /// <summary>Inserts a key, and behind it the child right of it.</summary>
    public void Insert(int i, ulong seq, WorkingNode? right = null)
    {
        _keys.Insert(i, seq);
        if (right is not null)
            _children.Insert(i + 1, Child.To(right));
        IsChanged = true;
    }

    /// <summary>Removes a key, and the child right of it, which was merged into the one left of it.</summary>
    public void Remove(int i)
    {
        _keys.RemoveAt(i);
        if (!IsLeaf)
        {
            if (_children[i + 1].Reference is { } merged)
                merged.Seq = 0;
            _children.RemoveAt(i + 1);
        }
        IsChanged = true;
    }

    public ulong TakeFirstKey() => Take(_keys, 0);

    public ulong TakeLastKey() => Take(_keys, _keys.Count - 1);

    /// <summary>Moves the second half into a new node; the key between both goes up.</summary>
    public (ulong Median, WorkingNode Right) Split()
    {
        var right = new WorkingNode { IsChanged = true };
        var moved = _keys.Count >> 1;
        Move(_keys, right._keys, moved);
        if (!IsLeaf)
            Move(_children, right._children, moved + 1);
        IsChanged = true;
        return (TakeLastKey(), right);
    }

    /// <summary>Takes the last key of the left neighbour, by way of the key between them.</summary>
    public void BorrowFromLeft(WorkingNode left, WorkingNode parent, int between)
    {
        left.IsChanged = true;
        _keys.Insert(0, parent._keys[between]);
        if (!left.IsLeaf)
            _children.Insert(0, Take(left._children, left._children.Count - 1));
        parent._keys[between] = left.TakeLastKey();
    }

    /// <summary>Takes the first key of the right neighbour, by way of the key between them.</summary>
    public void BorrowFromRight(WorkingNode right, WorkingNode parent, int between)
    {
        right.IsChanged = true;
        _keys.Add(parent._keys[between]);
        if (!right.IsLeaf)
            _children.Add(Take(right._children, 0));
        parent._keys[between] = right.TakeFirstKey();
    }

    /// <summary>Takes the key between and everything of the right neighbour.</summary>
    public void Merge(WorkingNode right, ulong between)
    {
        IsChanged = true;
        _keys.Add(between);
        _keys.AddRange(right._keys);
        _children.AddRange(right._children);
    }

    public int IndexOf(WorkingNode child) => _children.FindIndex(known => known.Reference?.Node == child);

    /// <summary>
    /// Gives this node and every changed one below it a position in the index of block <paramref name="seq"/>, parents first.
    /// </summary>
    public int CollectChanges(List<ChildReference?> index, ulong seq)
    {
        var offset = index.Count;
        index.Add(null);
        IsChanged = false;
        foreach (var (_, _, child) in _children)
        {
            if (child?.Node is not { IsChanged: true } node)
                continue;
            child.Seq = seq;
            var position = node.CollectChanges(index, seq);
            child.Offset = (ulong)position;
            index[position] = child;
        }
        return offset;
    }

    private static T Take<T>(List<T> list, int i)
    {
        var item = list[i];
        list.RemoveAt(i);
        return item;
    }

    private static void Move<T>(List<T> from, List<T> to, int count)
    {
        to.AddRange(from[^count..]);
        from.RemoveRange(from.Count - count, count);
    }

    /// <summary>Where a child is; once something refers to it, its reference says so.</summary>
    private readonly record struct Child(ulong Seq, ulong Offset, ChildReference? Reference)
    {
        public static Child To(WorkingNode node) => new(0, 0, new ChildReference(0, 0, node));
    }
}
