namespace Hyper.Core.Internal;

/// <summary>
/// Where a <see cref="CorestoreStorage"/> keeps its bytes: memory or RocksDB. Blocking calls come from one place at a time per kind:
/// one write, any number of reads.
/// </summary>
internal interface IKeyValueStore : IKeyValueReader, IDisposable
{
    /// <summary>Whether calls may wait for a disk, and so have to leave the loop.</summary>
    bool MayBlock { get; }

    /// <summary>Writes batches in order, all or nothing. May block.</summary>
    void Write(IReadOnlyList<StoreBatch> batches, bool sync);

    /// <summary>
    /// Writes as <see cref="Write"/> does without a sync, if it can be done without waiting for the database to make room.
    /// Called on the loop. False, and nothing written, if it cannot.
    /// </summary>
    bool TryWriteAtOnce(IReadOnlyList<StoreBatch> batches);

    /// <summary>A view that later writes do not change; disposed by its owner.</summary>
    IKeyValueSnapshot TakeSnapshot();

    /// <summary>Pushes what was written to the disk. May block.</summary>
    void Flush();

    /// <summary>Gives freed space back. May block.</summary>
    void Compact();
}
