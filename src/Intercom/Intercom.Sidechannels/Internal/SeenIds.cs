using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// The ids of one channel's messages, so that each is taken once. Belongs to the loop.
/// </summary>
/// <remarks>
/// An id counts for its sender. A verified message is a duplicate only of an earlier verified one by the same sender, so
/// nobody can have it dropped by using its id first; a message that is not verified is a duplicate of any with its id.
/// As in JavaScript, ids of different types differ, and null, objects and values taken for false are special:
/// source Trac-Systems/intercom 964f578, features/sidechannel/index.js, <c>_rememberSeen</c>.
/// </remarks>
internal sealed class SeenIds(int maxIds, TimeSpan lifetime)
{
    /// <summary>Longer ids are kept as their hash.</summary>
    public const int MaxIdChars = 160;

    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<(string Sender, string Id)> _verified = [];

    public int Count => _entries.Count;

    /// <summary>Remembers the id of a payload.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="channel">The channel it came on.</param>
    /// <param name="verifiedSender">Key of the sender when its signature holds, else null.</param>
    /// <param name="now">Time on a clock that does not jump.</param>
    /// <returns>False when it is a duplicate.</returns>
    public bool TryAdd(JsValue payload, string channel, string? verifiedSender, TimeSpan now)
    {
        if (ToKey(payload, channel) is not { } id)
            return true;
        var isDuplicate = verifiedSender is null ? _ids.ContainsKey(id) : !_verified.Add((verifiedSender, id));
        if (isDuplicate)
            return false;
        CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out _)++;
        _entries.Enqueue(new Entry(id, verifiedSender, now));
        // Old ids go only now: one that nothing has followed still counts.
        while (_entries.TryPeek(out var oldest) && (_entries.Count > maxIds || oldest.Time < now - lifetime))
            Remove(_entries.Dequeue());
        return true;
    }

    private void Remove(Entry entry)
    {
        if (entry.Sender is not null)
            _verified.Remove((entry.Sender, entry.Id));
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_ids, entry.Id);
        if (--count == 0)
            _ids.Remove(entry.Id);
    }

    /// <summary>The id with its type in front; null for ids that are never duplicates.</summary>
    private static string? ToKey(JsValue payload, string channel)
    {
        var id = JsConvert.Get(payload, "id");
        if (JsConvert.IsNullish(id))
            return Shorten("s" + MakeId(payload, channel));
        if (!id!.IsTruthy || JsConvert.IsObjectLike(id))
            return null;
        return Shorten((id is JsString ? "s" : "v") + JsConvert.ToText(id));
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

    private static string Shorten(string id) =>
        id.Length <= MaxIdChars
            ? id
            : "h" + Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(id.AsSpan())));

    private readonly record struct Entry(string Id, string? Sender, TimeSpan Time);
}
