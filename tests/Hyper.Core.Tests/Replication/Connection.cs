using Hyper.Core.Internal;
using Hyper.Loop;
using Hyper.Mux;
using TestKit;

namespace Hyper.Core.Tests.Replication;

/// <summary>A connection between two stores in memory, with a key that both sides know.</summary>
internal sealed class Connection
{
    private static readonly byte[] _handshakeHash = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    private Connection(MessagePipe a, MessagePipe b, ReplicationLink linkA, ReplicationLink linkB) =>
        (PipeA, PipeB, A, B) = (a, b, linkA, linkB);

    public MessagePipe PipeA { get; }

    public MessagePipe PipeB { get; }

    public ReplicationLink A { get; }

    public ReplicationLink B { get; }

    /// <summary>Two stores that replicate everything.</summary>
    public static Connection Open(CorestoreStorage a, CorestoreStorage b)
    {
        var connection = Between(a.Loop);
        a.Add(connection.A);
        b.Add(connection.B);
        a.ReplicateAll(connection.A);
        b.ReplicateAll(connection.B);
        return connection;
    }

    /// <summary>Two cores, and nothing else of their stores.</summary>
    public static Connection Open(Hypercore a, Hypercore b)
    {
        var connection = Between(a.Core.Storage.Store.Loop);
        a.Core.Storage.Store.Add(connection.A);
        b.Core.Storage.Store.Add(connection.B);
        connection.A.Attach(a.Core.Replicator);
        connection.B.Attach(b.Core.Replicator);
        return connection;
    }

    public static Connection Between(EventLoop loop)
    {
        var (a, b) = MessagePipe.Create(loop);
        return new Connection(a, b, NewLink(a, isInitiator: true), NewLink(b, isInitiator: false));
    }

    public static ReplicationLink NewLink(MessagePipe pipe, bool isInitiator) =>
        new(Protomux.From(pipe), isInitiator, _handshakeHash);

    public static ReadOnlySpan<byte> HandshakeHash => _handshakeHash;
}
