using Hyper.Bee.Internal;

namespace Hyper.Bee;

public sealed partial class Hyperbee
{
    /// <summary>
    /// Sets a key, and completes when that is stored. The bytes are not copied: leave them unchanged until then.
    /// </summary>
    /// <param name="key">Any bytes, none included.</param>
    /// <param name="value">
    /// Any bytes, or null for an entry without a value. A null array becomes memory of no bytes, which is a value.
    /// </param>
    /// <param name="compareAndSwap">Is asked if the key exists; nothing is written if it says no.</param>
    /// <param name="cancellationToken">Ends the wait for other writers, or for blocks to be read.</param>
    /// <returns>Whether a block was written.</returns>
    /// <exception cref="HyperbeeException">INVALID_OPERATION, or what reading can end in.</exception>
    public Task<bool> PutAsync(
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte>? value,
        BeeCompareAndSwap? compareAndSwap = null,
        CancellationToken cancellationToken = default
    ) =>
        WriteAsync(
            writer => writer.PutAsync(_prefix.Add(key), value, _prefix.Wrap(compareAndSwap), cancellationToken),
            cancellationToken
        );

    /// <summary>Removes a key, and completes when that is stored.</summary>
    /// <inheritdoc cref="PutAsync" path="/exception"/>
    /// <param name="key">The key.</param>
    /// <param name="compareAndSwap">Is asked if the key exists; nothing is written if it says no.</param>
    /// <param name="cancellationToken">Ends the wait for other writers, or for blocks to be read.</param>
    /// <returns>Whether a block was written: false if there is no such key.</returns>
    public Task<bool> DeleteAsync(
        ReadOnlyMemory<byte> key,
        BeeCompareAndSwap? compareAndSwap = null,
        CancellationToken cancellationToken = default
    ) =>
        WriteAsync(
            writer => writer.DeleteAsync(_prefix.Add(key), _prefix.Wrap(compareAndSwap), cancellationToken),
            cancellationToken
        );

    /// <summary>Begins a batch: changes that are written together.</summary>
    public HyperbeeBatch CreateBatch()
    {
        VerifyWritable();
        return new HyperbeeBatch(_shared, new TreeWriter(_core, _reader, _shared), _prefix);
    }

    private async Task<bool> WriteAsync(Func<TreeWriter, ValueTask<bool>> change, CancellationToken cancellationToken)
    {
        VerifyWritable();
        await _shared.Lock.EnterAsync(cancellationToken);
        try
        {
            VerifyWritable();
            var writer = new TreeWriter(_core, _reader, _shared);
            if (!await change(writer))
                return false;
            await writer.FlushAsync(cancellationToken);
            return true;
        }
        finally
        {
            _shared.Lock.Exit();
        }
    }
}
