using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>
/// Decoded blocks of a core, shared by a bee and its views. Two generations: what was not used since the younger one was
/// begun is dropped when that is full, so both together stay within the bytes given. Belongs to the loop.
/// </summary>
internal sealed class BlockCache(int maxBytes)
{
    /// <summary>Blocks cut at once, above which everything is dropped rather than searched.</summary>
    private const ulong MaxCut = 1024;

    private readonly int _generationBytes = maxBytes / 2;
    private Dictionary<ulong, BeeBlock> _young = [];
    private Dictionary<ulong, BeeBlock> _old = [];
    private int _youngBytes;
    private ulong _end;

    /// <summary>How often the core was truncated. What was read in an earlier epoch must not be added.</summary>
    public int Epoch { get; private set; }

    public int Count => _young.Count + _old.Count;

    public bool TryGet(ulong seq, [NotNullWhen(true)] out BeeBlock? block)
    {
        if (_young.TryGetValue(seq, out block))
            return true;
        if (!_old.Remove(seq, out block))
            return false;
        Add(block);
        return true;
    }

    public void Add(BeeBlock block)
    {
        if (block.Bytes > _generationBytes / 2 || !_young.TryAdd(block.Seq, block))
            return;
        _end = Math.Max(_end, block.Seq + 1);
        _youngBytes += block.Bytes;
        if (_youngBytes <= _generationBytes)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
        _youngBytes = 0;
    }

    public void Truncate(ulong length)
    {
        Epoch++;
        if (_end > length && _end - length > MaxCut)
            Clear();
        for (var seq = length; seq < _end; seq++)
        {
            _old.Remove(seq);
            if (_young.Remove(seq, out var block))
                _youngBytes -= block.Bytes;
        }
        _end = Math.Min(_end, length);
    }

    public void Clear()
    {
        _young.Clear();
        _old.Clear();
        _youngBytes = 0;
        _end = 0;
    }
}
