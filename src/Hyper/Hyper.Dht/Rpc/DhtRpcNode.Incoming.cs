using System.Buffers.Binary;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    private const int MaxChecks = 10;
    private const int MaxDelayedPings = 1024;
    private const int MaxDelayedPingsPerHost = 32;

    private readonly HashSet<DelayedPong> _delayedPongs = [];
    private readonly Dictionary<uint, int> _delayedPongsPerHost = [];

    private void OnRequest(
        in DhtRequestMessage request,
        in Bytes32? fromId,
        in DhtResponder responder,
        bool isExpectedSocket
    )
    {
        if (fromId.HasValue)
            Learn(responder.From, fromId, request.To, isExpectedSocket, isReply: false);
        if (request.IsInternal)
        {
            OnInternalCommand(request, responder);
            return;
        }
        var incoming = new DhtIncomingRequest
        {
            Command = request.Command,
            From = responder.From,
            FromId = fromId,
            To = request.To,
            Token = request.Token,
            Target = request.Target,
            Value = request.Value,
            Responder = responder,
        };
        if (_commands is null || !_commands.OnRequest(incoming))
            responder.Error(DhtErrorCode.UnknownCommand);
    }

    private void OnInternalCommand(in DhtRequestMessage request, in DhtResponder responder)
    {
        switch (request.Command)
        {
            case RpcCommand.Ping:
                responder.Reply(default, DhtReplyOptions.Bare);
                break;
            case RpcCommand.PingNat:
                if (BinaryPrimitives.TryReadUInt16LittleEndian(request.Value, out var port) && port != 0)
                {
                    responder.Reply(default, DhtReplyOptions.Bare with { To = responder.From.WithPort(port) });
                }
                break;
            case RpcCommand.FindNode:
                if (request.Target.HasValue)
                    responder.Reply(default, new DhtReplyOptions { WithoutToken = true });
                break;
            case RpcCommand.DownHint:
                if (request.Value.Length < Addr6Codec.Size)
                    break;
                OnDownHint(Addr6Codec.Read(request.Value));
                responder.Reply(default, DhtReplyOptions.Bare);
                break;
            case RpcCommand.DelayedPing:
                if (BinaryPrimitives.TryReadUInt32LittleEndian(request.Value, out var milliseconds))
                    OnDelayedPing(responder, TimeSpan.FromMilliseconds(milliseconds));
                break;
            default:
                responder.Error(DhtErrorCode.UnknownCommand);
                break;
        }
    }

    private void OnDownHint(in UdpAddress address)
    {
        // Whoever says so may be wrong or lying: the node goes only if it does not answer us either.
        if (_checks >= MaxChecks || _table.Get(NodeId.FromAddress(address)) is not { } node)
            return;
        if (node.Pinged >= _tick && node.DownHints > 0)
            return;
        node.DownHints++;
        Check(node);
    }

    private void OnDelayedPing(in DhtResponder responder, TimeSpan delay)
    {
        if (delay > _options.MaxPingDelay)
            return;
        var host = responder.From.IPv4Host;
        var waiting = _delayedPongsPerHost.GetValueOrDefault(host);
        if (_delayedPongs.Count >= MaxDelayedPings || waiting >= MaxDelayedPingsPerHost)
        {
            Statistics.DelayedPingsLimited++;
            return;
        }
        _delayedPongsPerHost[host] = waiting + 1;
        _delayedPongs.Add(new DelayedPong(this, responder, delay));
    }

    private void Forget(DelayedPong pong)
    {
        _delayedPongs.Remove(pong);
        if (--_delayedPongsPerHost[pong.Host] == 0)
            _delayedPongsPerHost.Remove(pong.Host);
    }

    private void ClearDelayedPings()
    {
        foreach (var pong in _delayedPongs)
            pong.Timer.Dispose();
        _delayedPongs.Clear();
        _delayedPongsPerHost.Clear();
    }

    private sealed class DelayedPong
    {
        private readonly DhtRpcNode _node;
        private readonly DhtResponder _responder;

        public DelayedPong(DhtRpcNode node, DhtResponder responder, TimeSpan delay)
        {
            _node = node;
            _responder = responder;
            Timer = node.Loop.Time.CreateTimer(static state => ((DelayedPong)state!).Send(), this);
            Timer.Arm(delay);
        }

        public LoopTimer Timer { get; }

        public uint Host => _responder.From.IPv4Host;

        private void Send()
        {
            Timer.Dispose();
            _node.Forget(this);
            _responder.Reply(default, DhtReplyOptions.Bare);
        }
    }
}
