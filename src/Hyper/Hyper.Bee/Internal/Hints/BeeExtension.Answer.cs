using Hyper.Core;
using Hyper.Encoding;

namespace Hyper.Bee.Internal;

/// <summary>Answers to what peers read.</summary>
internal sealed partial class BeeExtension
{
    /// <summary>Requests of a peer that wait for the one before.</summary>
    private const int MaxWaiting = 16;

    /// <summary>Entries of a range between two turns of the loop.</summary>
    private const int EntriesPerTurn = 64;

    private readonly Dictionary<Bytes32, Queue<Func<NamedBlocks, Task>>> _requests = [];

    private void OnRequest(Bytes32 from, ulong version, Func<NamedBlocks, Task> name)
    {
        var isBusy = _requests.TryGetValue(from, out var waiting);
        var isTooMuch = waiting is { Count: >= MaxWaiting } || (!isBusy && !_extension.CanSend(from));
        if (version == 0 || version > _core.Length || isTooMuch)
        {
            Ignored++;
            return;
        }
        if (waiting is null)
            _requests.Add(from, waiting = []);
        waiting.Enqueue(name);
        if (!isBusy)
            _ = AnswerAsync(from, waiting);
    }

    private async Task AnswerAsync(Bytes32 from, Queue<Func<NamedBlocks, Task>> waiting)
    {
        while (CanAnswer(from) && waiting.TryDequeue(out var name))
        {
            var blocks = new NamedBlocks(
                _stored,
                found => _extension.Send(from, ExtensionCodec.EncodeFrame(new ExtensionMessage(CacheMessage.Of(found))))
            );
            try
            {
                await name(blocks);
            }
            catch (Exception error) when (error is HyperbeeException or HypercoreException)
            {
                // A block is missing here or is none, or the core was closed: what was found is all there is to say.
                Ignored++;
            }
            if (CanAnswer(from))
                blocks.Flush();
        }
        Ignored += waiting.Count;
        _requests.Remove(from);
    }

    private static async Task NameAsync(NamedBlocks blocks, GetMessage get) =>
        await blocks.FindAsync(await blocks.GetRootAsync(get.Version, default), get.Key, default);

    private async Task NameAsync(Bytes32 from, NamedBlocks blocks, IteratorMessage iterator)
    {
        var walk = new TreeWalk(blocks, iterator.Bounds, iterator.Reverse);
        if (iterator.Checkpoint.Count == 0)
        {
            await walk.OpenAsync(await blocks.GetRootAsync(iterator.Version, default), default);
        }
        else
        {
            foreach (var place in iterator.Checkpoint)
                blocks.Leave(place.Seq);
            await walk.ResumeAsync(iterator.Checkpoint, default);
        }
        for (var entries = 1UL; blocks.Count < MaxAnsweredBlocks && CanAnswer(from); entries++)
        {
            if (await walk.NextAsync(default) is null || entries == iterator.Limit)
                return;
            if (entries % EntriesPerTurn == 0)
                await Task.Yield();
        }
    }

    private bool CanAnswer(Bytes32 from) => !_isDisposed && _extension.CanSend(from);
}
