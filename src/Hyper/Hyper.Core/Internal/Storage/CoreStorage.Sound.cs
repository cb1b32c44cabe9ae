namespace Hyper.Core.Internal;

/// <summary>
/// Blocks for readers: each is hashed and compared with its leaf, which was written with it. So a value that was replaced below
/// every checksum of the database is no block any more, but an error. A block without a leaf is taken as it is: hypercore 11.37
/// drops the leaf when it clears the sibling.
/// </summary>
internal sealed partial class CoreStorage
{
    /// <summary>
    /// A block that is in memory with its leaf, and agrees with it, or null if it is not stored. False if there is more to look
    /// at: then <see cref="GetSoundBlockAsync"/> does.
    /// </summary>
    public bool TryGetSoundBlock(ulong index, out byte[]? block) =>
        TryGetBlock(index, out block)
        && (
            block is null
            || TryGet(2 * index, out var leaf) switch
            {
                Lookup.Found => leaf == TreeHash.Leaf(index, block),
                Lookup.Missing => true,
                _ => false,
            }
        );

    /// <summary>A block that agrees with its leaf; null if it is not stored.</summary>
    /// <exception cref="HypercoreException">STORAGE_CORRUPT: it cannot be read, or it is not the block of its leaf.</exception>
    public async ValueTask<byte[]?> GetSoundBlockAsync(ulong index)
    {
        if (await TryReadSoundAsync(index) is { IsSound: true } read)
            return read.Block;
        // Both are written at once but were read one after the other: once more, as they were at one moment.
        var moment = TakeSnapshot();
        try
        {
            if (await moment.TryReadSoundAsync(index) is { IsSound: true } again)
                return again.Block;
        }
        finally
        {
            moment.Close();
        }
        throw Unreadable(
            index,
            await NameAsync(),
            "It is not the block that was stored: its hash is not that of its leaf."
        );
    }

    /// <summary>Says that a block is gone that has to be there.</summary>
    public async ValueTask<HypercoreException> MissingAsync(ulong index) =>
        Unreadable(index, await NameAsync(), "It is marked as stored and is not there.");

    private async ValueTask<(bool IsSound, byte[]? Block)> TryReadSoundAsync(ulong index)
    {
        var owner = BlockOwner(index);
        var (blockKey, leafKey) = (
            BlockKey(index),
            Key(room => StoreKeys.TreeNode(room, NodeOwner(2 * index), 2 * index))
        );
        byte[]?[] values;
        try
        {
            values = _overlay is null
                ? await OffloadAsync(reader => reader.GetMany([blockKey, leafKey]))
                : [await GetAsync(blockKey), await GetAsync(leafKey)];
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            throw Unreadable(index, await NameAsync(), error.Message, error);
        }
        // A block of a session may have gone over to the core since it was looked for.
        if (values[0] is not { } block)
            return BlockOwner(index) == owner ? (true, null) : await TryReadSoundAsync(index);
        var isSound = values[1] is not { } leaf || ReadNode(leaf, 2 * index) == TreeHash.Leaf(index, block);
        return (isSound, block);
    }

    /// <summary>The core as people know it; if its key cannot be read either, that is the error.</summary>
    private async ValueTask<string> NameAsync() => (await GetAuthAsync() ?? throw Corrupt("identity")).Key.ToHex();
}
