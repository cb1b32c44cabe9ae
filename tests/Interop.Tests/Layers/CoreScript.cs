using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>
/// Random operations on a core, its named sessions and its snapshots. It keeps account of lengths and bits, so that most
/// operations mean something, and that clears stay where JavaScript clears rightly: it drops nodes of blocks that it keeps
/// when one of them lies left of the first cleared block in the subtree that becomes empty.
/// </summary>
internal sealed class CoreScript(Random random)
{
    private const int MaxSlots = 6;

    private static readonly string[] _names = ["one", "two", "three"];

    private readonly List<Slot> _slots = [new Slot(0, null, false)];
    private readonly List<bool> _bits = [];

    // Lengths of named sessions that are closed; 0 if the core has lost what they share.
    private readonly Dictionary<string, ulong> _resting = [];
    private int _lastSlot;

    private Slot Core => _slots[0];

    /// <summary>Up to so many operations; fewer where it has to be told first what came of one.</summary>
    public List<JsCore.Operation> Next(int count)
    {
        var operations = new List<JsCore.Operation>();
        while (operations.Count < count)
        {
            operations.Add(Next());
            if (operations[^1].Verb is "truncate" or "commit")
                break;
        }
        return operations;
    }

    /// <summary>
    /// Takes how far every slot is after the last operations, and which blocks are stored. A session whose truncation was
    /// refused is as long as before: taken for shorter, it would be committed with the core cut below what both share, where
    /// JavaScript throws.
    /// </summary>
    public void Learn(JsCore.Outcome outcome)
    {
        foreach (var slot in _slots)
        {
            if (outcome.Heads.TryGetValue(slot.Id, out var head))
                (slot.Length, slot.Fork) = (head.Length, head.Fork);
        }
        _bits.Clear();
        _bits.AddRange(outcome.Bits.Select(bit => bit == '1'));
    }

    private JsCore.Operation Next() =>
        random.Next(100) switch
        {
            < 30 => Append(),
            < 38 => Truncate(),
            < 46 => Clear(),
            < 66 => Read("get"),
            < 72 => Read("has"),
            < 80 => Read("seek"),
            < 86 => Open(),
            < 90 => Close(),
            < 94 => Commit(),
            < 97 => new JsCore.Operation("set", Name: Name(), Value: Bytes(40)),
            _ => new JsCore.Operation("user-data", Name: Name()),
        };

    private JsCore.Operation Append()
    {
        var slot = Pick(canWrite: true);
        string[] blocks =
        [
            .. Enumerable.Range(0, random.Next(1, 20)).Select(_ => Bytes(random.Next(50) == 0 ? 9000 : 90)),
        ];
        slot.Length += (ulong)blocks.Length;
        if (slot == Core)
            _bits.AddRange(Enumerable.Repeat(true, blocks.Length));
        return new JsCore.Operation("append", slot.Id, Blocks: blocks);
    }

    private JsCore.Operation Truncate()
    {
        var slot = Pick(canWrite: true);
        // Now and then further than there is, and now and then everything.
        var length = random.Next(12) switch
        {
            0 => slot.Length + 1,
            1 => 0UL,
            _ => Index(slot.Length + 1),
        };
        if (length > slot.Length)
            return new JsCore.Operation("truncate", slot.Id, Length: length);
        slot.Length = length;
        if (slot != Core)
            return new JsCore.Operation("truncate", slot.Id, Length: length);
        _bits.RemoveRange((int)length, _bits.Count - (int)length);
        foreach (var other in _slots.Where(other => other is { Name: not null, IsSnapshot: false }))
            other.IsStale |= other.Length > length;
        foreach (var name in _resting.Keys.Where(name => _resting[name] > length).ToArray())
            _resting[name] = 0;
        return new JsCore.Operation("truncate", slot.Id, Length: length);
    }

    private JsCore.Operation Clear()
    {
        var start = Index(Core.Length);
        if (Core.Length == 0 || !ClearsRightly((int)start))
            return Read("get");
        var end = Math.Min(Core.Length, start + (ulong)random.Next(1, random.Next(4) == 0 ? 40 : 4));
        for (var i = (int)start; i < (int)end; i++)
            _bits[i] = false;
        return new JsCore.Operation("clear", Start: start, End: end);
    }

    /// <summary>Whether no block left of the start lies below a node that goes.</summary>
    private bool ClearsRightly(int start)
    {
        var (from, size) = (start, 1);
        while (true)
        {
            var isLeft = from / size % 2 == 0;
            var sibling = isLeft ? from + size : from - size;
            // Beyond the length: the node is a root, and the climb ends.
            if (Math.Max(from, sibling) + size > _bits.Count)
                return true;
            if (_bits.GetRange(sibling, size).Contains(true))
                return isLeft;
            (from, size) = (Math.Min(from, sibling), 2 * size);
        }
    }

    private JsCore.Operation Read(string verb)
    {
        var slot = Pick(canWrite: false);
        var index = Index(slot.Length + 2);
        return verb switch
        {
            "seek" => new JsCore.Operation("seek", slot.Id, Index: (ulong)random.Next((45 * (int)slot.Length) + 1)),
            "has" => new JsCore.Operation("has", slot.Id, Start: index, End: index + (ulong)random.Next(1, 5)),
            _ => new JsCore.Operation("get", slot.Id, Index: index),
        };
    }

    private JsCore.Operation Open()
    {
        if (_slots.Count == MaxSlots)
            return Close();
        var parent = Pick(canWrite: false);
        if (parent.Name is null && !parent.IsSnapshot && random.Next(2) == 0)
        {
            var name = Name();
            if (!_slots.Exists(slot => slot.Name == name))
            {
                _slots.Add(new Slot(++_lastSlot, name, false) { Length = parent.Length });
                // JavaScript takes the roots of the core for a session of the same length, and believes any others.
                var canResume = !_resting.TryGetValue(name, out var resting) || (resting > 0 && resting != Core.Length);
                var verb = canResume && random.Next(2) == 0 ? "session" : "overwrite";
                return new JsCore.Operation(verb, parent.Id, Into: _lastSlot, Name: name);
            }
        }
        _slots.Add(new Slot(++_lastSlot, parent.Name, true) { Length = parent.Length });
        return new JsCore.Operation("snapshot", parent.Id, Into: _lastSlot);
    }

    private JsCore.Operation Close()
    {
        if (_slots.Count == 1)
            return Open();
        var slot = _slots[random.Next(1, _slots.Count)];
        _slots.Remove(slot);
        if (slot is { Name: { } name, IsSnapshot: false })
            _resting[name] = slot.IsStale ? 0 : slot.Length;
        return new JsCore.Operation("close", slot.Id);
    }

    private JsCore.Operation Commit()
    {
        // JavaScript signs with the fork of the session and verifies with that of the core.
        var named = _slots.FindAll(slot =>
            slot is { Name: not null, IsSnapshot: false } && slot.Fork == Core.Fork && !slot.IsStale
        );
        return named.Count == 0
            ? Read("get")
            : new JsCore.Operation("commit", Into: named[random.Next(named.Count)].Id);
    }

    private Slot Pick(bool canWrite)
    {
        // What a session shared with the core and the core has lost reads as whatever is there now.
        var able = _slots.FindAll(slot => !slot.IsStale && !(canWrite && slot.IsSnapshot));
        return random.Next(2) == 0 ? Core : able[random.Next(able.Count)];
    }

    private ulong Index(ulong length) => length == 0 ? 0 : (ulong)random.NextInt64((long)length);

    private string Name() => _names[random.Next(_names.Length)];

    private string Bytes(int max)
    {
        var bytes = new byte[random.Next(max)];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private sealed class Slot(int id, string? name, bool isSnapshot)
    {
        public int Id { get; } = id;

        public string? Name { get; } = name;

        public bool IsSnapshot { get; } = isSnapshot;

        public ulong Length { get; set; }

        public ulong Fork { get; set; }

        /// <summary>Whether the core was cut below what the session may share with it.</summary>
        public bool IsStale { get; set; }
    }
}
