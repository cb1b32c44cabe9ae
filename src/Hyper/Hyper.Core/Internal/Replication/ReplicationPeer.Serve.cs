using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Answering requests. They wait in a queue while the stream is full, and few are read ahead of it, so that neither memory nor
/// other peers depend on how much one asks. All peers of a store share a <see cref="ReadBudget"/>.
/// </summary>
internal sealed partial class ReplicationPeer
{
    /// <summary>Requests that are answered before others have their turn.</summary>
    private const int TurnRequests = 64;

    /// <summary>Blocks that are read from the disk ahead of the stream, in bytes, as far as the core's average tells.</summary>
    private const ulong ReadAheadBytes = 2 * 1024 * 1024;

    /// <summary>Requests that cannot be answered, at which the connection is given up. As in JavaScript.</summary>
    private const int MaxInvalidRequests = 64;

    /// <summary>Damaged blocks of which so many are told; who asks for more waits as one who asks what makes no sense.</summary>
    private const int MaxToldDamaged = 4096;

    private readonly ServeQueue _serving = new();
    private readonly Queue<Read> _reads = new();

    // Requests that left the queue and are not answered yet; a cancel takes them out.
    private readonly Dictionary<ulong, RequestMessage> _answering = [];
    private int _invalidRequests;

    // Blocks that it was told are not here after all: damage, which the next one who asks meets again.
    private readonly HashSet<ulong> _toldDamaged = [];
    private bool _isServing;
    private bool _isServeDue;

    private ReadBudget Budget => _replicator.Core.Storage.Store.Reads;

    private bool TryTakeRequest(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (!RequestCodec.TryRead(ref reader, out var request))
            return false;
        _answering.Remove(request.Id);
        if (!_serving.TryAdd(request))
        {
            Fail($"More than {ServeQueue.MaxRequests} requests wait for an answer.");
            return true;
        }
        ServeSoon();
        return true;
    }

    private bool TryTakeCancel(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        if (!CancelCodec.TryRead(ref reader, out var message))
            return false;
        _answering.Remove(message.Request);
        _serving.Remove(message.Request);
        return true;
    }

    private void StopServing()
    {
        _serving.Clear();
        _answering.Clear();
        while (_reads.TryDequeue(out var read))
            _replicator.Watch(ForgetAsync(read));
        _wants.Clear();
    }

    private void ServeSoon()
    {
        if (_isServeDue || !IsOpen)
            return;
        _isServeDue = true;
        _replicator.Core.Storage.Store.Loop.Post(static state => ((ReplicationPeer)state!).Serve(), this);
    }

    private void Serve()
    {
        _isServeDue = false;
        if (!_isServing)
            _replicator.Watch(ServeAsync());
    }

    private async Task ServeAsync()
    {
        _isServing = true;
        try
        {
            for (var answered = 0; IsOpen && _channel!.Drained; )
            {
                if (_wants.TryDequeue(out var segment))
                {
                    AnswerWant(segment);
                    continue;
                }
                answered += AnswerOrRead();
                if (_reads.TryDequeue(out var read))
                {
                    await AnswerAsync(read);
                    answered++;
                }
                else if (_serving.Count == 0)
                    return;
                if (answered < TurnRequests)
                    continue;
                // Others have their turn in between.
                answered = 0;
                await Task.Yield();
            }
        }
        finally
        {
            _isServing = false;
        }
    }

    /// <summary>Answers what needs no disk at once, and has what does read ahead; those are answered in order.</summary>
    private int AnswerOrRead()
    {
        var head = _replicator.Head;
        var average = head.Length == 0 ? 1 : Math.Max(1, head.ByteLength / head.Length);
        var maxReads = (int)Math.Clamp(ReadAheadBytes / average, 2, TurnRequests);
        var count = 0;
        while (
            count < TurnRequests
            && _reads.Count < maxReads
            && _channel!.Drained
            && (_reads.Count == 0 || Budget.HasRoom(average))
            && _serving.TryTake(out var request)
        )
        {
            count++;
            if (!IsAnswerable(request))
            {
                Refuse(request, NoDataReason.NotAvailable);
                continue;
            }
            var answer = _replicator.Core.Default.LendProofAsync(request.Proof);
            if (answer.IsCompletedSuccessfully && _reads.Count == 0)
            {
                using var proved = answer.Result;
                Answer(request, proved);
                continue;
            }
            _answering[request.Id] = request;
            _reads.Enqueue(new Read(request, answer.AsTask(), average));
            Budget.Take(average);
        }
        return count;
    }

    private async Task AnswerAsync(Read read)
    {
        using var proved = await TakeAsync(read);
        var isDamaged = proved.Verdict.Code == HypercoreErrorCode.StorageCorrupt;
        var id = read.Request.Id;
        // Cancelled meanwhile, or another took its id.
        if (!_answering.TryGetValue(id, out var current) || current != read.Request)
            return;
        _answering.Remove(id);
        if (!IsOpen)
            return;
        if (isDamaged)
            RefuseDamaged(read.Request);
        else
            Answer(read.Request, proved);
    }

    /// <summary>The end of a read, which was counted from its begin. Damage is a verdict: who asked has no part in it.</summary>
    private async Task<LentProof> TakeAsync(Read read)
    {
        try
        {
            return await read.Answer;
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            _replicator.Core.NoteDamage(error);
            return new LentProof(ProofVerdict.Damaged(error.Message), new TreeProof());
        }
        finally
        {
            Budget.Return(read.Bytes);
        }
    }

    private async Task ForgetAsync(Read read) => (await TakeAsync(read)).Dispose();

    private bool IsAnswerable(RequestMessage request) =>
        request.Fork == _replicator.Head.Fork
        && (request.Proof.Block is not { } block || _replicator.Core.Bitfield.Get(block.Index));

    private void Answer(RequestMessage request, in LentProof proved)
    {
        if (!IsAnswerable(request))
            Refuse(request, NoDataReason.NotAvailable);
        else if (proved.Verdict.IsValid)
            SendData(new DataMessage(request.Id, proved.Proof with { Fork = request.Fork }));
        else
            _replicator.Watch(RefuseLaterAsync(request));
    }

    private void Refuse(RequestMessage request, NoDataReason reason)
    {
        var core = _replicator.Core;
        if (request.Proof.Manifest && core.HasManifest && reason == NoDataReason.NotAvailable)
        {
            var proof = new TreeProof { Fork = _replicator.Head.Fork, Manifest = core.Auth.Manifest };
            SendData(new DataMessage(request.Id, proof));
            return;
        }
        var message = new NoDataMessage(request.Id, reason);
        _channel!.Mux.CorkTurn();
        Send(
            MessageType.NoData,
            NoDataCodec.GetSize(message),
            message,
            static (ref writer, message) => NoDataCodec.Write(ref writer, message)
        );
    }

    /// <summary>
    /// A block that is damaged is not here for the peer either: it asks others. For a node it can only wait, as JavaScript has it.
    /// </summary>
    private void RefuseDamaged(RequestMessage request)
    {
        if (request.Proof.Block is { } block && _toldDamaged.Count < MaxToldDamaged && _toldDamaged.Add(block.Index))
        {
            SendRange(new RangeMessage(Drop: true, block.Index, 1));
            Refuse(request, NoDataReason.NotAvailable);
            return;
        }
        _replicator.Watch(RefuseLaterAsync(request));
    }

    /// <summary>One who asks what makes no sense waits longer each time: asked again at once, it would be for ever.</summary>
    private async Task RefuseLaterAsync(RequestMessage request)
    {
        if (++_invalidRequests >= MaxInvalidRequests)
        {
            Fail($"{_invalidRequests} requests of a peer could not be answered.");
            return;
        }
        var delay = _invalidRequests switch
        {
            < 2 => TimeSpan.FromMilliseconds(200),
            < 5 => TimeSpan.FromMilliseconds(500),
            < 40 => TimeSpan.FromSeconds(1),
            _ => TimeSpan.FromSeconds(5),
        };
        _answering[request.Id] = request;
        await Task.Delay(delay, _replicator.Time);
        if (!_answering.TryGetValue(request.Id, out var current) || current != request)
            return;
        _answering.Remove(request.Id);
        if (IsOpen)
            Refuse(request, NoDataReason.InvalidRequest);
    }

    private void SendData(DataMessage message)
    {
        _channel!.Mux.CorkTurn();
        Send(
            MessageType.Data,
            DataCodec.GetSize(message),
            message,
            static (ref writer, message) => DataCodec.Write(ref writer, message)
        );
    }

    /// <summary>A request whose answer is being read.</summary>
    private readonly record struct Read(RequestMessage Request, Task<LentProof> Answer, ulong Bytes);
}
