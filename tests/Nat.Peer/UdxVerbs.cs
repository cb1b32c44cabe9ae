using System.Net;
using Hyper.Loop;
using Hyper.Udx;
using TestKit.Partners;

namespace Nat.Peer;

/// <summary>UDX sockets and streams with chosen ids; as <c>udx.mjs</c>.</summary>
internal static class UdxVerbs
{
    public static void Register(Driver driver)
    {
        var node = new UdxNode(driver.Loop);

        driver.Verb<OpenSocket>(
            "udx.socket",
            args =>
            {
                var options = new DatagramSocketOptions { Host = IPAddress.Parse(args.Host), Port = args.Port };
                var socket = node.CreateSocket(options, new Deaf());
                var handle = driver.Add("socket", socket);
                return Task.FromResult<object?>(
                    new
                    {
                        handle,
                        args.Host,
                        socket.LocalAddress.Port,
                    }
                );
            }
        );
        driver.Verb<CreateStream>(
            "udx.stream",
            args =>
            {
                var stream = node.CreateStream(args.Id, args.Accept is { } remoteId ? Accepting(remoteId) : null);
                var created = new PeerStream(driver);
                created.Open(stream, StreamVerbs.ModeOf(args.Mode));
                return Task.FromResult<object?>(new { created.Handle });
            }
        );
        driver.Verb<Connect>(
            "udx.connect",
            args =>
            {
                var remote = new UdpAddress(IPAddress.Parse(args.Host), args.Port);
                driver
                    .Get<PeerStream>(args.Stream)
                    .Transport.Connect(driver.Get<UdxSocket>(args.Socket), args.RemoteId, remote);
                return Task.FromResult<object?>(null);
            }
        );
    }

    /// <summary>Connects a stream to where its first packet comes from.</summary>
    private static UdxFirewall Accepting(uint remoteId) =>
        (UdxStream stream, UdxSocket socket, in UdpAddress from) =>
        {
            if (stream.IsConnected)
                return false;
            stream.Connect(socket, remoteId, from);
            return true;
        };

    private sealed record OpenSocket(string Host, ushort Port = 0);

    private sealed record CreateStream(uint Id, uint? Accept, string? Mode);

    private sealed record Connect(string Stream, string Socket, uint RemoteId, string Host, ushort Port);

    private sealed class Deaf : IUdxSocketHandler
    {
        public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
