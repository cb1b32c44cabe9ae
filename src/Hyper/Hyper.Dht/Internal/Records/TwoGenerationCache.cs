using System.Diagnostics.CodeAnalysis;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Records;

/// <summary>
/// A bounded map that forgets by generations: what was not written for one to two turns is gone. A generation turns
/// after two thirds of the age, so an entry lives between 0.67 and 1.33 ages, or when the fresh one is full, by entries or by
/// bytes. No timer runs: the turn is made up for by the next call. Source of the rule: xache 1.3.0, index.js.
/// </summary>
/// <param name="time">The loop's clock.</param>
/// <param name="maxEntries">Most entries of one generation; there are two.</param>
/// <param name="age">Mean life of an entry.</param>
/// <param name="maxBytes">Most bytes of values of one generation, as <paramref name="getBytes"/> counts them.</param>
/// <param name="getBytes">Bytes of a value; without it only entries count.</param>
/// <param name="renewOnRead">Whether reading an old entry makes it fresh again.</param>
/// <param name="maxPerHost">Most entries that one host may have brought, where hosts are named.</param>
internal sealed class TwoGenerationCache<TKey, TValue>(
    TimeProvider time,
    int maxEntries,
    TimeSpan age,
    bool renewOnRead = false,
    long maxBytes = long.MaxValue,
    Func<TValue, int>? getBytes = null,
    int maxPerHost = int.MaxValue
)
    where TKey : notnull
{
    private readonly GenerationClock _clock = new(time, age);
    private readonly SourceShares<TKey> _shares = new(maxPerHost);
    private Dictionary<TKey, TValue> _fresh = [];
    private Dictionary<TKey, TValue> _stale = [];
    private long _freshBytes;
    private long _staleBytes;

    public int Count => _fresh.Count + _stale.Count;

    /// <summary>Entries whose host is known, for tests.</summary>
    public int Shared => _shares.Count;

    /// <summary>Bytes of all values, if they are counted.</summary>
    public long Bytes => _freshBytes + _staleBytes;

    private bool IsFull => _fresh.Count >= maxEntries || _freshBytes >= maxBytes;

    /// <summary>Adds or overwrites.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="source">Who brought it; its oldest gives way when it has more than its share.</param>
    public void Set(TKey key, TValue value, UdpAddress? source = null)
    {
        Turn();
        Drop(key);
        _fresh.Add(key, value);
        _freshBytes += BytesOf(value);
        if (source is { } host)
        {
            _shares.Add(host, key);
            if (_shares.TryFindExcess(host, out var oldest))
                Remove(oldest);
        }
        while (IsFull)
            MakeRoom();
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        Turn();
        if (_fresh.TryGetValue(key, out value))
            return true;
        if (!_stale.TryGetValue(key, out value))
            return false;
        if (renewOnRead)
            Set(key, value);
        return true;
    }

    public bool Remove(TKey key)
    {
        _shares.Remove(key);
        return Drop(key);
    }

    private bool Drop(TKey key)
    {
        if (_fresh.Remove(key, out var value))
            _freshBytes -= BytesOf(value);
        else if (_stale.Remove(key, out value))
            _staleBytes -= BytesOf(value);
        else
            return false;
        return true;
    }

    private int BytesOf(TValue value) => getBytes?.Invoke(value) ?? 0;

    private void Turn()
    {
        for (var turns = _clock.TakeTurns(); turns > 0; turns--)
            TurnOnce();
    }

    /// <summary>Whoever has brought most gives way; without such a one, age decides.</summary>
    private void MakeRoom()
    {
        var excess = _shares.FindLargestExcess();
        foreach (var key in excess)
            Remove(key);
        if (excess.Count > 0)
            return;
        _clock.Restart();
        TurnOnce();
    }

    private void TurnOnce()
    {
        foreach (var key in _stale.Keys)
            _shares.Remove(key);
        (_stale, _fresh) = (_fresh, _stale);
        (_staleBytes, _freshBytes) = (_freshBytes, 0);
        _fresh.Clear();
    }
}
