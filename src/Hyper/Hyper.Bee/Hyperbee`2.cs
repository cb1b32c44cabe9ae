using System.Runtime.CompilerServices;

namespace Hyper.Bee;

/// <summary>
/// A bee whose keys and values have a type: a thin view on a <see cref="Hyperbee"/>, which stays its owner. What does not
/// decode is DECODING_ERROR.
/// </summary>
public sealed class Hyperbee<TKey, TValue>(Hyperbee bee, IBeeEncoding<TKey> keys, IBeeEncoding<TValue> values)
{
    /// <summary>The bee of bytes under this.</summary>
    public Hyperbee Bytes => bee;

    /// <inheritdoc cref="Hyperbee.GetAsync"/>
    public async ValueTask<BeeEntry<TKey, TValue>?> GetAsync(TKey key, CancellationToken cancellationToken = default) =>
        await bee.GetAsync(keys.Encode(key), cancellationToken) is { } entry ? Decode(entry) : null;

    /// <summary>Sets a key, and completes when that is stored.</summary>
    /// <inheritdoc cref="Hyperbee.PutAsync"/>
    public Task<bool> PutAsync(
        TKey key,
        TValue value,
        BeeCompareAndSwap? compareAndSwap = null,
        CancellationToken cancellationToken = default
    ) => bee.PutAsync(keys.Encode(key), values.Encode(value), compareAndSwap, cancellationToken);

    /// <inheritdoc cref="Hyperbee.DeleteAsync"/>
    public Task<bool> DeleteAsync(
        TKey key,
        BeeCompareAndSwap? compareAndSwap = null,
        CancellationToken cancellationToken = default
    ) => bee.DeleteAsync(keys.Encode(key), compareAndSwap, cancellationToken);

    /// <inheritdoc cref="Hyperbee.GetRangeAsync"/>
    public async IAsyncEnumerable<BeeEntry<TKey, TValue>> GetRangeAsync(
        BeeRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await foreach (var entry in bee.GetRangeAsync(range, cancellationToken))
            yield return Decode(entry);
    }

    /// <summary>What an entry of the bee below means.</summary>
    /// <exception cref="HyperbeeException">DECODING_ERROR.</exception>
    public BeeEntry<TKey, TValue> Decode(BeeEntry entry)
    {
        if (!keys.TryDecode(entry.Key, out var key))
            throw HyperbeeException.Undecodable(entry.Seq, "key");
        if (entry.Value is not { } bytes)
            return new BeeEntry<TKey, TValue>(entry.Seq, key, default, false);
        return values.TryDecode(bytes, out var value)
            ? new BeeEntry<TKey, TValue>(entry.Seq, key, value, true)
            : throw HyperbeeException.Undecodable(entry.Seq, "value");
    }
}
