using System.Runtime.InteropServices;
using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// The ids of one channel's messages, so that each is taken once. Belongs to the loop.
/// </summary>
/// <remarks>
/// <para>An id counts for its sender. A verified message is a duplicate only of an earlier verified one by the same sender,
/// so nobody can have it dropped by using its id first; a message that is not verified is a duplicate of any with its id.
/// As in JavaScript, ids of different types differ, and null, objects and values taken for false are special:
/// source Trac-Systems/intercom 964f578, features/sidechannel/index.js, <c>_rememberSeen</c>.</para>
/// <para>Kept are 128 bits of the hash of an id, and of a sender with an id: senders choose how long ids are, and finding
/// two with one hash is out of reach.</para>
/// </remarks>
internal sealed class SeenIds(SeenBudget budget, TimeSpan lifetime)
{
    /// <summary>
    /// What nothing has followed is forgotten after this many lifetimes: JavaScript forgets it never, but that nobody
    /// can tell who does not wait for it.
    /// </summary>
    private const int LifetimesWithoutNews = 10;

    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<UInt128, int> _ids = [];
    private readonly HashSet<UInt128> _verified = [];

    public int Count => _entries.Count;

    /// <summary>Remembers the id of a payload.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="channel">The channel it came on.</param>
    /// <param name="verifiedSender">Key of the sender when its signature holds, else null.</param>
    /// <param name="now">Time on a clock that does not jump.</param>
    /// <returns>False when it is a duplicate.</returns>
    public bool TryAdd(JsValue payload, string channel, string? verifiedSender, TimeSpan now)
    {
        if (ToText(payload, channel) is not { } text)
            return true;
        var id = Hash(text);
        UInt128? verified = verifiedSender is null ? null : Hash($"{verifiedSender} {text}");
        var isDuplicate = verified is { } known ? !_verified.Add(known) : _ids.ContainsKey(id);
        if (isDuplicate)
            return false;
        CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out _)++;
        _entries.Enqueue(new Entry(id, verified, now));
        // Old ids go only now: one that nothing has followed still counts.
        Trim(now - lifetime);
        return true;
    }

    /// <summary>Forgets what is very old although nothing has followed it, and what the budget has no room for any more.</summary>
    public void Sweep(TimeSpan now) => Trim(now - (LifetimesWithoutNews * lifetime));

    private void Trim(TimeSpan oldestKept)
    {
        while (_entries.TryPeek(out var oldest) && (_entries.Count > budget.IdsPerChannel || oldest.Time < oldestKept))
            Remove(_entries.Dequeue());
    }

    private void Remove(Entry entry)
    {
        if (entry.Verified is { } verified)
            _verified.Remove(verified);
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_ids, entry.Id);
        if (--count == 0)
            _ids.Remove(entry.Id);
    }

    /// <summary>The id with its type in front; null for ids that are never duplicates.</summary>
    private static string? ToText(JsValue payload, string channel)
    {
        var id = JsConvert.Get(payload, "id");
        if (JsConvert.IsNullish(id))
            return "s" + MakeId(payload, channel);
        if (!id!.IsTruthy || JsConvert.IsObjectLike(id))
            return null;
        return (id is JsString ? "s" : "v") + JsConvert.ToText(id);
    }

    private static string MakeId(JsValue payload, string channel)
    {
        var from = JsConvert.Get(payload, "from");
        var time = JsConvert.Get(payload, "ts");
        var own = JsConvert.Get(payload, "channel");
        return string.Join(
            ':',
            JsConvert.IsNullish(from) ? "unknown" : JsConvert.ToText(from),
            JsConvert.IsNullish(time) ? "0" : JsConvert.ToText(time),
            JsConvert.IsNullish(own) ? channel : JsConvert.ToText(own)
        );
    }

    private static UInt128 Hash(string text)
    {
        var hash = Blake2b.Hash(MemoryMarshal.AsBytes(text.AsSpan()));
        return MemoryMarshal.Read<UInt128>(hash.Span);
    }

    private readonly record struct Entry(UInt128 Id, UInt128? Verified, TimeSpan Time);
}
