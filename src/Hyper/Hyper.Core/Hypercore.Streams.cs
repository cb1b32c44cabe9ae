using System.Runtime.CompilerServices;
using Hyper.Core.Internal;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>Blocks that are appended at once by <see cref="AppendAllAsync"/>.</summary>
    private const int MaxStreamedBlocks = 256;

    private const long MaxStreamedBytes = 1024 * 1024;

    /// <summary>
    /// The blocks of a range, one by one, as they were when the reading began; a live one waits for more. A block that is not
    /// stored is read as <see cref="Reads"/> says.
    /// </summary>
    /// <exception cref="HypercoreException">BLOCK_NOT_AVAILABLE, SESSION_CLOSED, or what reading a block can end in.</exception>
    public async IAsyncEnumerable<byte[]> ReadBlocksAsync(
        CoreRange? range = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        range ??= CoreRange.All;
        VerifyOpen();
        if (range is { Reverse: true, IsLive: true })
            throw new HypercoreException(HypercoreErrorCode.BadArgument, "A live reading goes forwards.");
        if (range.IsLive)
        {
            await foreach (var block in ReadLiveAsync(range, cancellationToken))
                yield return block;
            yield break;
        }
        await using var view = await OpenSnapshotAsync();
        var end = Math.Min(range.End ?? view.Length, view.Length);
        for (var i = range.Start; i < end; i++)
            yield return await view.RequireAsync(range.Reverse ? end - 1 - (i - range.Start) : i, cancellationToken);
    }

    /// <summary>
    /// Appends what comes, in batches of what has come, and completes with the core's length when the source has ended.
    /// </summary>
    /// <inheritdoc cref="AppendAsync(ReadOnlyMemory{byte}, CancellationToken)" path="/exception"/>
    public async Task<CoreLength> AppendAllAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> blocks,
        CancellationToken cancellationToken = default
    )
    {
        VerifyOpen();
        var end = new CoreLength(Length, ByteLength);
        var batch = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        await foreach (var block in blocks.WithCancellation(cancellationToken))
        {
            batch.Add(block);
            bytes += block.Length;
            if (batch.Count < MaxStreamedBlocks && bytes < MaxStreamedBytes)
                continue;
            end = await AppendAsync(batch, cancellationToken: cancellationToken);
            batch = [];
            bytes = 0;
        }
        return batch.Count == 0 ? end : await AppendAsync(batch, cancellationToken: cancellationToken);
    }

    /// <summary>The bytes of all blocks, one behind the other, as they are now; read on the loop of the core.</summary>
    public async Task<Stream> OpenByteStreamAsync()
    {
        VerifyOpen();
        var view = await OpenSnapshotAsync();
        return new CoreByteStream(view);
    }

    /// <summary>The block, which has to be there.</summary>
    internal async ValueTask<byte[]> RequireAsync(ulong index, CancellationToken cancellationToken) =>
        await GetAsync(index, cancellationToken)
        ?? throw new HypercoreException(
            HypercoreErrorCode.BlockNotAvailable,
            $"Block {index} of core {Key} is not stored here."
        );

    private async IAsyncEnumerable<byte[]> ReadLiveAsync(
        CoreRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        TaskCompletionSource? grown = null;
        Appended += Wake;
        try
        {
            for (var i = range.Start; i < (range.End ?? ulong.MaxValue); i++)
            {
                while (i >= Length)
                {
                    grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    await grown.Task.WaitAsync(cancellationToken);
                    VerifyOpen();
                }
                yield return await RequireAsync(i, cancellationToken);
            }
        }
        finally
        {
            Appended -= Wake;
        }

        void Wake() => grown?.TrySetResult();
    }
}
