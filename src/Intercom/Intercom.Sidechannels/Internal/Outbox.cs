using System.Runtime.ExceptionServices;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using Intercom.Sidechannels.Internal.Proof;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// Own messages, sealed and sent, each sender's in their order and the senders in turn: proof of work with all cores, then the signature, away from the loop.
/// Belongs to the loop.
/// </summary>
internal sealed class Outbox(
    SidechannelState state,
    KeyPair identity,
    Func<OutboxItem, byte[], BroadcastResult> send,
    Func<ChannelEntry, Task> waitForReaders
) : IDisposable
{
    /// <summary>Own messages that may wait; further ones are refused.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Greetings that may wait beside them.</summary>
    public const int MaxGreetings = 4096;

    /// <summary>Messages signed together.</summary>
    private const int MaxBatch = 32;

    /// <summary>Largest message that is signed on the loop.</summary>
    private const int MaxBytesOnLoop = 2048;

    /// <summary>A message that comes this long after the last comes alone.</summary>
    private static readonly TimeSpan _alone = TimeSpan.FromMicroseconds(200);

    private readonly long _maxFrameBytes =
        CompactEncoding.SizeOfUInt((ulong)state.Options.MaxMessageBytes) + (long)state.Options.MaxMessageBytes;
    private readonly FairQueue<OutboxItem> _waiting = new();
    private readonly List<OutboxItem> _batch = [];
    private readonly CancellationTokenSource _stopping = new();
    private TimeSpan _lastStart;
    private bool _isRunning;

    /// <summary>Whether so much waits that no more greetings should come.</summary>
    public bool IsFull => _waiting.Count >= MaxWaiting + MaxGreetings;

    /// <summary>Queues a message of the user; refused when too many wait.</summary>
    public Task<BroadcastResult> SendAsync(OutboxItem item)
    {
        if (_waiting.Count >= MaxWaiting)
            return Task.FromResult(new BroadcastResult(BroadcastStatus.Busy));
        Enqueue(item);
        return item.Outcome.Task;
    }

    /// <summary>Queues a greeting, of which there are at most three for each link.</summary>
    public void Enqueue(OutboxItem item)
    {
        if (_stopping.IsCancellationRequested)
        {
            item.Outcome.TrySetResult(new BroadcastResult(BroadcastStatus.Stopped));
            return;
        }
        _waiting.Enqueue(item.Sender ?? this, item);
        item.Channel.WaitingSends++;
        if (_isRunning)
            return;
        _isRunning = true;
        var isAlone = state.Now >= _lastStart + _alone;
        _lastStart = state.Now;
        // What only has to be signed, and is no first after a pause, goes a moment later: together with all that came
        // with it.
        if (!isAlone && IsPlain(item))
            state.Loop.Post(static outbox => _ = ((Outbox)outbox!).RunAsync(), this);
        else
            _ = RunAsync();
    }

    /// <summary>Gives up what waits.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        while (_waiting.TryDequeue(out var item))
            item.Outcome.TrySetResult(new BroadcastResult(BroadcastStatus.Stopped));
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (_waiting.TryDequeue(out var item))
        {
            if (IsPlain(item))
                await SendPlainAsync(item);
            else
                await SettleAsync(item, () => SendOneAsync(item));
        }
        _isRunning = false;
    }

    /// <summary>Whether nothing but a signature is missing.</summary>
    private bool IsPlain(OutboxItem item) =>
        item is { Payload: not null, Link: null or { IsClosed: false } } && !state.Policy.NeedsProof(item.Channel.Name);

    /// <summary>Sends a message, and those that wait right behind it and need no more: they are signed together.</summary>
    private async Task SendPlainAsync(OutboxItem first)
    {
        _batch.Clear();
        _batch.Add(first);
        while (
            _batch.Count < MaxBatch && _waiting.TryPeek(out var next) && IsPlain(next) && _waiting.TryDequeue(out next)
        )
            _batch.Add(next);
        // A signature costs less than the way to the pool and back, and holds the loop no longer than a packet burst.
        if (_batch.Count > 1 || first.Text is null or { Length: > MaxBytesOnLoop })
            await Parts.ForEachAsync(state.Loop, _batch, Seal);
        else
            Seal(first);
        foreach (var item in _batch)
        {
            item.IsInBatch = _batch.Count > 1;
            SettlePlain(item);
            await waitForReaders(item.Channel);
        }
    }

    private void Seal(OutboxItem item)
    {
        try
        {
            item.Frame = Seal(item.Payload!, item.Text ?? JsJson.StringifyToUtf8(item.Payload!));
        }
        catch (Exception error)
        {
            // Thrown where it concerns this message alone.
            item.Fault = ExceptionDispatchInfo.Capture(error);
        }
    }

    private void SettlePlain(OutboxItem item)
    {
        try
        {
            item.Outcome.TrySetResult(FinishPlain(item));
        }
        catch (Exception error)
        {
            Fault(item, error);
        }
        item.Channel.WaitingSends--;
    }

    private static async Task SettleAsync(OutboxItem item, Func<Task<BroadcastResult>> send)
    {
        try
        {
            item.Outcome.TrySetResult(await send());
        }
        catch (Exception error)
        {
            Fault(item, error);
        }
        item.Channel.WaitingSends--;
    }

    /// <summary>A fault of ours or of the key; whoever waits for this message hears of it, the others go on.</summary>
    private static void Fault(OutboxItem item, Exception error)
    {
        item.Outcome.TrySetException(error);
        _ = item.Outcome.Task.Exception;
    }

    private async Task<BroadcastResult> SendOneAsync(OutboxItem item)
    {
        // Nobody is greeted who has gone meanwhile: it would cost a proof of work each time.
        if (item.Link is { IsClosed: true })
            return default;
        if (item.Payload is not { } payload)
        {
            item.Link!.SetReady();
            return default;
        }
        var nonce = await MineAsync(payload);
        if (nonce < 0)
            return new BroadcastResult(
                _stopping.IsCancellationRequested ? BroadcastStatus.Stopped : BroadcastStatus.ProofOfWorkTimeout
            );
        payload["pow"] = new JsObject { ["nonce"] = nonce, ["difficulty"] = state.Policy.Difficulty };
        return Finish(item, await state.Loop.OffloadAsync(() => Seal(payload, JsJson.StringifyToUtf8(payload))));
    }

    private BroadcastResult FinishPlain(OutboxItem item)
    {
        item.Fault?.Throw();
        return Finish(item, item.Frame!);
    }

    private BroadcastResult Finish(OutboxItem item, byte[] frame) =>
        _stopping.IsCancellationRequested ? new BroadcastResult(BroadcastStatus.Stopped)
        : frame.Length > _maxFrameBytes ? new BroadcastResult(BroadcastStatus.TooLarge)
        : send(item, frame);

    private async Task<long> MineAsync(JsObject payload)
    {
        var limit = state.Options.ProofOfWorkLimit;
        try
        {
            return await ProofOfWork.MineAsync(state.Loop, payload, state.Policy.Difficulty, limit, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return -1;
        }
    }

    private byte[] Seal(JsObject payload, byte[] text)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        identity.Sign(CanonicalForms.SignatureBase(payload), signature);
        return SealedFrame.Encode(text, signature);
    }
}
