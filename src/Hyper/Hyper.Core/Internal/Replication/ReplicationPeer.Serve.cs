using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Answering requests. They wait in a queue while the stream is full and leave it in groups, so that neither memory nor other
/// peers depend on how much one asks.
/// </summary>
internal sealed partial class ReplicationPeer
{
    private const int GroupRequests = 64;

    /// <summary>Blocks that are read from the disk at once, in bytes, as far as the core's average tells.</summary>
    private const ulong GroupBytes = 2 * 1024 * 1024;

    /// <summary>Requests that cannot be answered, at which the connection is given up. As in JavaScript.</summary>
    private const int MaxInvalidRequests = 64;

    private readonly ServeQueue _serving = new();

    // Requests that left the queue and are not answered yet; a cancel takes them out.
    private readonly Dictionary<ulong, RequestMessage> _answering = [];
    private int _invalidRequests;
    private bool _isServing;
    private bool _isServeDue;

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
            while (IsOpen && _channel!.Drained && _wants.TryDequeue(out var segment))
                AnswerWant(segment);
            var left = GroupRequests;
            while (IsOpen && left > 0 && _channel!.Drained && _serving.Count > 0)
                left -= await ServeGroupAsync(left);
        }
        finally
        {
            _isServing = false;
        }
        // Others have their turn in between.
        if (IsOpen && _channel!.Drained && (_serving.Count > 0 || _wants.Count > 0))
            ServeSoon();
    }

    /// <summary>Answers what needs no disk at once; what does is read side by side, and answered in order.</summary>
    private async Task<int> ServeGroupAsync(int limit)
    {
        var head = _replicator.Head;
        var average = head.Length == 0 ? 1 : Math.Max(1, head.ByteLength / head.Length);
        var maxReads = (int)Math.Clamp(GroupBytes / average, 1, GroupRequests);
        var count = 0;
        List<(RequestMessage Request, Task<(ProofVerdict, TreeProof)> Answer)>? reads = null;
        while (
            count < limit && _channel!.Drained && (reads?.Count ?? 0) < maxReads && _serving.TryTake(out var request)
        )
        {
            count++;
            if (!IsAnswerable(request))
            {
                Refuse(request, NoDataReason.NotAvailable);
                continue;
            }
            var answer = _replicator.Core.Default.ProveAsync(request.Proof);
            if (answer.IsCompletedSuccessfully && reads is null)
            {
                var (verdict, proof) = answer.Result;
                Answer(request, verdict, proof);
                continue;
            }
            _answering[request.Id] = request;
            (reads ??= []).Add((request, answer.AsTask()));
        }
        if (reads is null)
            return count;
        foreach (var (request, answer) in reads)
        {
            var (verdict, proof) = await answer;
            // Cancelled meanwhile, or another took its id.
            if (!_answering.TryGetValue(request.Id, out var current) || current != request)
                continue;
            _answering.Remove(request.Id);
            if (IsOpen)
                Answer(request, verdict, proof);
        }
        return count;
    }

    private bool IsAnswerable(RequestMessage request) =>
        request.Fork == _replicator.Head.Fork
        && (request.Proof.Block is not { } block || _replicator.Core.Bitfield.Get(block.Index));

    private void Answer(RequestMessage request, ProofVerdict verdict, TreeProof proof)
    {
        if (!IsAnswerable(request))
            Refuse(request, NoDataReason.NotAvailable);
        else if (verdict.IsValid)
            SendData(new DataMessage(request.Id, proof with { Fork = request.Fork }));
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
}
