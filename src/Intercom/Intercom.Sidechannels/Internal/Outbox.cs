using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using Intercom.Sidechannels.Internal.Proof;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// Own messages, sealed and sent in their order: proof of work with all cores, then the signature, away from the loop.
/// Belongs to the loop.
/// </summary>
internal sealed class Outbox(SidechannelState state, KeyPair identity, Func<OutboxItem, byte[], BroadcastResult> send)
    : IDisposable
{
    /// <summary>Own messages that may wait; further ones are refused.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Greetings that may wait beside them.</summary>
    public const int MaxGreetings = 4096;

    private readonly Queue<OutboxItem> _waiting = new();
    private readonly CancellationTokenSource _stopping = new();
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
        _waiting.Enqueue(item);
        item.Channel.WaitingSends++;
        if (!_isRunning)
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
        _isRunning = true;
        while (_waiting.TryDequeue(out var item))
        {
            try
            {
                item.Outcome.TrySetResult(await SendOneAsync(item));
            }
            catch (Exception error)
            {
                // A fault of ours or of the key; whoever waits for this message hears of it, the others go on.
                item.Outcome.TrySetException(error);
                _ = item.Outcome.Task.Exception;
            }
            item.Channel.WaitingSends--;
        }
        _isRunning = false;
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
        if (state.Policy.NeedsProof(item.Channel.Name))
        {
            var nonce = await MineAsync(payload);
            if (nonce < 0)
                return new BroadcastResult(
                    _stopping.IsCancellationRequested ? BroadcastStatus.Stopped : BroadcastStatus.ProofOfWorkTimeout
                );
            payload["pow"] = new JsObject { ["nonce"] = nonce, ["difficulty"] = state.Policy.Difficulty };
        }
        var json = await state.Loop.OffloadAsync(() => Sign(payload));
        if (_stopping.IsCancellationRequested)
            return new BroadcastResult(BroadcastStatus.Stopped);
        return json.Length > state.Options.MaxMessageBytes
            ? new BroadcastResult(BroadcastStatus.TooLarge)
            : send(item, JsonWire.Encode(json));
    }

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

    private byte[] Sign(JsObject payload)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        identity.Sign(CanonicalForms.SignatureBase(payload), signature);
        payload["sig"] = Convert.ToHexStringLower(signature);
        return JsJson.StringifyToUtf8(payload);
    }
}
