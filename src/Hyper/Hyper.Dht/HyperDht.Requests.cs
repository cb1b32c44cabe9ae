using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    private bool OnRequest(in DhtIncomingRequest request)
    {
        switch (request.Command)
        {
            case HyperDhtCommand.PeerHandshake:
                _router.OnPeerHandshake(request);
                return true;
            case HyperDhtCommand.PeerHolepunch:
                _router.OnPeerHolepunch(request);
                return true;
            default:
                return OnStorageRequest(request);
        }
    }

    /// <summary>Only a persistent node stores; asked otherwise it does not know the command, as hyperdht has it.</summary>
    private bool OnStorageRequest(in DhtIncomingRequest request)
    {
        if (_node.Id is not { } id)
            return false;
        // No plugin is known here, and hyperdht 6.34.0 leaves requests for unknown ones unanswered.
        if (request.Command == HyperDhtCommand.Plugin)
            return true;
        StoreAnswer? answer = request.Command switch
        {
            HyperDhtCommand.FindPeer => _store.FindPeer(request.Target),
            HyperDhtCommand.Lookup => _store.Lookup(request.Target),
            HyperDhtCommand.Announce => _store.Announce(request.Target, request.Token, id, request.Value, request.From),
            HyperDhtCommand.Unannounce => _store.Unannounce(request.Target, request.Token, id, request.Value),
            HyperDhtCommand.MutablePut => _store.MutablePut(request.Target, request.Token, request.Value, request.From),
            HyperDhtCommand.MutableGet => _store.MutableGet(request.Target, request.Value),
            HyperDhtCommand.ImmutablePut => _store.ImmutablePut(
                request.Target,
                request.Token,
                request.Value,
                request.From
            ),
            HyperDhtCommand.ImmutableGet => _store.ImmutableGet(request.Target),
            _ => null,
        };
        if (answer is not { } known)
            return false;
        switch (known.Kind)
        {
            case StoreAnswer.AnswerKind.Done:
                request.Reply(default, DhtReplyOptions.Bare);
                break;
            case StoreAnswer.AnswerKind.Value:
                request.Reply(known.Value);
                break;
            case StoreAnswer.AnswerKind.Silence:
                _node.Statistics.RecordsRefused++;
                DhtMetrics.CountLimited(DhtMetrics.Records);
                break;
            case StoreAnswer.AnswerKind.Error:
                request.Error(known.Error);
                break;
        }
        return true;
    }

    private sealed class CommandHandler(HyperDht dht) : IDhtCommandHandler
    {
        public bool OnRequest(in DhtIncomingRequest request) => dht.OnRequest(request);
    }

    /// <summary>
    /// Probes on the node's own sockets: a client that is being let in gets its probe back. Nobody else does, or two
    /// nodes could answer each other for ever.
    /// </summary>
    private sealed class ServerProbes(HyperDht dht) : IProbeHandler
    {
        public void OnProbe(DhtSocket socket, in UdpAddress from, byte value)
        {
            foreach (var server in dht._servers)
            {
                if (!server.TryTakeEcho(from))
                    continue;
                socket.SendProbe(from);
                return;
            }
        }
    }
}
