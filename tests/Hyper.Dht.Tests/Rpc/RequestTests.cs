using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class RequestTests
{
    private const uint Echo = 20;
    private const uint Silent = 21;
    private const uint Write = 22;
    private const uint Unserved = 23;
    private static readonly UdpAddress _nobody = new(IPAddress.Parse("10.9.9.9"), 1);

    [Fact]
    public void Request_value_target_and_closer_nodes_go_round()
    {
        Run(async dht =>
        {
            var target = dht.RandomTarget();
            var result = await dht.Nodes[1]
                .RequestAsync(
                    new DhtRequest(Echo) { Target = target, Value = new byte[] { 1, 2, 3 } },
                    dht.AddressOf(2)
                );
            Assert.True(result.IsSuccess);
            Assert.Equal([1, 2, 3], result.Reply!.Value!.Value.ToArray());
            Assert.NotNull(result.Reply.Token);
            Assert.Equal(dht.AddressOf(1), result.Reply.To);
            Assert.Equal(NodeId.FromAddress(dht.AddressOf(2)), result.Reply.FromId);
            Assert.Equal(dht.TrueClosest(target, 4, i => i != 2), result.Reply.CloserNodes);
            Assert.Equal(TimeSpan.FromMilliseconds(2), result.Reply.RoundTrip);
        });
    }

    [Fact]
    public void Request_reply_without_a_value_has_none()
    {
        Run(async dht =>
        {
            var pong = await dht.Nodes[1].PingAsync(dht.AddressOf(2));
            Assert.True(pong.IsSuccess);
            Assert.Null(pong.Reply.Value);
        });
    }

    [Fact]
    public void Request_nobody_there_times_out_after_its_tries()
    {
        Run(async dht =>
        {
            var start = dht.World.Elapsed;
            var result = await dht.Nodes[1].RequestAsync(new DhtRequest(Echo), _nobody);
            Assert.Equal("REQUEST_TIMEOUT", result.Code);
            Assert.Equal(TimeSpan.FromSeconds(3), dht.World.Elapsed - start);
            result = await dht.Nodes[1].PingAsync(_nobody, DhtRequestOptions.Once);
            Assert.Equal(DhtRequestStatus.TimedOut, result.Status);
            Assert.Equal(TimeSpan.FromSeconds(4), dht.World.Elapsed - start);
        });
    }

    [Fact]
    public void Request_first_datagram_lost_is_answered_at_the_second_try()
    {
        Run(async dht =>
        {
            var lost = 0;
            dht.World.Drop = (_, to, _) => to == dht.AddressOf(2) && lost++ == 0;
            var result = await dht.Nodes[1].RequestAsync(new DhtRequest(Echo), dht.AddressOf(2));
            Assert.True(result.IsSuccess);
            Assert.Equal(TimeSpan.FromMilliseconds(1002), result.Reply.RoundTrip);
            Assert.Equal(1, dht.Nodes[1].Statistics.Retries);
        });
    }

    [Fact]
    public void Request_cancelled_settles_at_once()
    {
        Run(async dht =>
        {
            using var cancellation = new CancellationTokenSource();
            Action cancel = cancellation.Cancel;
            var request = dht.Nodes[1].RequestAsync(new DhtRequest(Echo), _nobody, null, cancellation.Token);
            cancel();
            Assert.Equal(DhtRequestStatus.Cancelled, (await request).Status);
            Assert.Equal(0, dht.Nodes[1].Statistics.ActiveRequests);
            request = dht.Nodes[1].RequestAsync(new DhtRequest(Echo), _nobody, null, cancellation.Token);
            Assert.Equal(DhtRequestStatus.Cancelled, (await request).Status);
        });
    }

    [Fact]
    public void Request_unserved_command_is_error_1_with_closer_nodes()
    {
        Run(async dht =>
        {
            var request = new DhtRequest(Unserved) { Target = dht.RandomTarget() };
            var result = await dht.Nodes[1].RequestAsync(request, dht.AddressOf(2));
            Assert.True(result.HasReply);
            Assert.False(result.IsSuccess);
            Assert.Equal(DhtErrorCode.UnknownCommand, result.Reply.Error);
            Assert.Equal(4, result.Reply.CloserNodes.Count);
            Assert.Null(result.Reply.Token);
        });
    }

    [Fact]
    public void Request_silent_handler_times_out()
    {
        Run(async dht =>
        {
            var result = await dht.Nodes[1].RequestAsync(new DhtRequest(Silent), dht.AddressOf(2));
            Assert.Equal(DhtRequestStatus.TimedOut, result.Status);
        });
    }

    [Fact]
    public void Token_fresh_is_accepted_and_old_or_foreign_gets_error_2_with_a_new_one()
    {
        Run(async dht =>
        {
            var node = dht.Nodes[1];
            var to = dht.AddressOf(2);
            var token = (await node.RequestAsync(new DhtRequest(Echo), to)).Reply!.Token;
            var write = new DhtRequest(Write) { Token = token };
            Assert.True((await node.RequestAsync(write, to)).IsSuccess);
            Assert.Equal(DhtErrorCode.InvalidToken, (await dht.Nodes[3].RequestAsync(write, to)).Reply!.Error);

            await dht.World.Delay(TimeSpan.FromSeconds(7));
            Assert.True((await node.RequestAsync(write, to)).IsSuccess);
            await dht.World.Delay(TimeSpan.FromSeconds(9));
            var refused = (await node.RequestAsync(write, to)).Reply!;
            Assert.Equal(DhtErrorCode.InvalidToken, refused.Error);
            Assert.True((await node.RequestAsync(write with { Token = refused.Token }, to)).IsSuccess);
            Assert.Equal(2, dht.Nodes[2].Statistics.InvalidTokens);
        });
    }

    [Fact]
    public void Reply_from_another_source_with_the_right_id_is_not_believed()
    {
        Run(async dht =>
        {
            var victim = dht.Nodes[1];
            var spoofer = dht.World.CreateHost("10.7.7.7");
            var socket = spoofer.OpenSocket(new DatagramSocketOptions(), new NoHandler());
            dht.World.Drop = (from, to, bytes) =>
            {
                if (to != _nobody)
                    return false;
                Assert.True(DhtRequestCodec.TryRead(bytes.Span, out var request));
                var forged = new DhtReplyMessage { TransactionId = request.TransactionId, To = from };
                var room = socket.BeginSend(DhtReplyCodec.GetSize(forged));
                socket.CommitSend(DhtReplyCodec.Write(room, forged), from);
                return false;
            };
            var result = await victim.PingAsync(_nobody, DhtRequestOptions.Once);
            Assert.Equal(DhtRequestStatus.TimedOut, result.Status);
            Assert.Equal(1, victim.Statistics.UnmatchedReplies);
        });
    }

    [Fact]
    public void Reply_twice_settles_once()
    {
        Run(async dht =>
        {
            dht.World.Conditions = new LinkConditions { Duplicate = 1 };
            var result = await dht.Nodes[1].RequestAsync(new DhtRequest(Echo), dht.AddressOf(2));
            Assert.True(result.IsSuccess);
            await dht.World.Delay(TimeSpan.FromSeconds(1));
            Assert.True(dht.Nodes[1].Statistics.UnmatchedReplies > 0);
        });
    }

    [Fact]
    public void DelayedPing_is_answered_after_the_delay()
    {
        Run(async dht =>
        {
            var start = dht.World.Elapsed;
            var result = await dht.Nodes[1].DelayedPingAsync(dht.AddressOf(2), TimeSpan.FromMilliseconds(2500));
            Assert.True(result.IsSuccess);
            Assert.Equal(TimeSpan.FromMilliseconds(2502), dht.World.Elapsed - start);
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
                dht.Nodes[1].DelayedPingAsync(dht.AddressOf(2), TimeSpan.FromSeconds(11))
            );
        });
    }

    [Fact]
    public void Relay_passes_the_request_on_and_the_reply_comes_back_from_the_asked_node()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            // A client asks a relay; the relay passes it to a server; the server sends it back to the relay as a request
            // of its own; the relay replies to the client: the walk of a handshake through the DHT.
            await dht.StartBootstrapper(new RelayHandler(dht)).FullyBootstrappedAsync();
            await dht.GrowAsync(3, new RelayHandler(dht));
            var client = dht.Start(dht.Adaptive with { Firewalled = true });
            await client.FullyBootstrappedAsync();
            var target = dht.RandomTarget();
            var result = await client.RequestAsync(
                new DhtRequest(RelayHandler.Command)
                {
                    Target = target,
                    Value = new byte[] { RelayHandler.FromClient },
                },
                dht.AddressOf(0)
            );
            Assert.True(result.IsSuccess);
            Assert.Equal(dht.AddressOf(0), result.Reply.From);
            Assert.Equal([RelayHandler.Done], result.Reply.Value!.Value.ToArray());
            Assert.Null(result.Reply.Token);
            Assert.Empty(result.Reply.CloserNodes);
            Assert.Equal(client.ClientSocket!.LocalAddress.Port, result.Reply.To.Port);
        });
    }

    [Fact]
    public void Requests_beyond_the_window_wait_and_all_settle()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.StartBootstrapper(new Handler()).FullyBootstrappedAsync();
            var node = dht.Start(dht.Persistent with { MaxWindow = 4 });
            await node.FullyBootstrappedAsync();
            var requests = new List<Task<DhtRequestResult>>();
            for (var i = 0; i < 100; i++)
                requests.Add(node.RequestAsync(new DhtRequest(Echo), dht.BootstrapAddress));
            for (var i = 0; i < 20; i++)
                requests.Add(node.RequestAsync(new DhtRequest(Silent), dht.BootstrapAddress));
            var results = await Task.WhenAll(requests);
            Assert.Equal(100, results.Count(r => r.IsSuccess));
            Assert.Equal(20, results.Count(r => r.Status == DhtRequestStatus.TimedOut));
            Assert.Equal(0, node.Statistics.ActiveRequests);
        });
    }

    [Fact]
    public void Requests_beyond_the_limit_are_refused_as_overloaded()
    {
        Run(async dht =>
        {
            var node = dht.Nodes[1];
            var requests = new List<Task<DhtRequestResult>>();
            for (var i = 0; i < RpcEndpoint.MaxInflight + 10; i++)
                requests.Add(node.PingAsync(_nobody, DhtRequestOptions.Once));
            Assert.Equal(10, requests.Count(r => r.IsCompleted));
            node.Close();
            var results = await Task.WhenAll(requests);
            Assert.Equal(10, results.Count(r => r.Status == DhtRequestStatus.Overloaded));
            Assert.Equal(10, node.Statistics.Overloads);
        });
    }

    [Fact]
    public void Request_value_too_long_for_a_datagram_is_an_argument_error()
    {
        Run(async dht =>
        {
            await Assert.ThrowsAsync<ArgumentException>(() =>
                dht.Nodes[1].RequestAsync(new DhtRequest(Echo) { Value = new byte[1400] }, _nobody)
            );
            await Assert.ThrowsAsync<ArgumentException>(() => dht.Nodes[1].PingAsync(default));
        });
    }

    private static void Run(Func<SimulatedDht, Task> body)
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(5, new Handler());
            await body(dht);
        });
    }

    private sealed class Handler : IDhtCommandHandler
    {
        public bool OnRequest(in DhtIncomingRequest request)
        {
            switch (request.Command)
            {
                case Echo:
                    request.Reply(request.Value);
                    return true;
                case Write:
                    if (request.Token.HasValue)
                        request.Reply(default, DhtReplyOptions.Bare);
                    return true;
                case Silent:
                    return true;
                default:
                    return false;
            }
        }
    }

    private sealed class RelayHandler(SimulatedDht dht) : IDhtCommandHandler
    {
        public const uint Command = 30;
        public const byte FromClient = 0;
        public const byte FromServer = 1;
        public const byte FromRelay = 2;
        public const byte Done = 4;

        private UdpAddress _client;

        public bool OnRequest(in DhtIncomingRequest request)
        {
            if (request.Command != Command || request.Value.IsEmpty)
                return false;
            Assert.NotNull(request.Target);
            switch (request.Value[0])
            {
                case FromClient:
                    _client = request.From;
                    request.Relay([FromRelay], dht.AddressOf(1));
                    break;
                case FromRelay:
                    // The answer may come much later.
                    var (responder, from) = (request.Responder, request.From);
                    dht.Hosts[1].Post(_ => responder.Relay([FromServer], from), null);
                    break;
                case FromServer:
                    request.Reply([Done], DhtReplyOptions.Bare with { To = _client });
                    break;
            }
            return true;
        }
    }

    private sealed class NoHandler : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
