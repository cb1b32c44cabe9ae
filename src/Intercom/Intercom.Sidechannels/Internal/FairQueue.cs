using System.Diagnostics.CodeAnalysis;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// What waits, of several senders: that of one in its order, and of all in turn, one each. A sender is known by its reference
/// and only while something of it waits.
/// </summary>
internal sealed class FairQueue<T>
{
    private readonly Dictionary<object, Queue<T>> _bySender = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(object Sender, Queue<T> Items)> _turns = new();

    public int Count { get; private set; }

    public void Enqueue(object sender, T item)
    {
        if (!_bySender.TryGetValue(sender, out var items))
        {
            _bySender.Add(sender, items = new Queue<T>());
            _turns.Enqueue((sender, items));
        }
        items.Enqueue(item);
        Count++;
    }

    public bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        item = default;
        return _turns.TryPeek(out var turn) && turn.Items.TryPeek(out item);
    }

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        if (!_turns.TryDequeue(out var turn))
        {
            item = default;
            return false;
        }
        item = turn.Items.Dequeue();
        Count--;
        if (turn.Items.Count > 0)
            _turns.Enqueue(turn);
        else
            _bySender.Remove(turn.Sender);
        return true;
    }
}
