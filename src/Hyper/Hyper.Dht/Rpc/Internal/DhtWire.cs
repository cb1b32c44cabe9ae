namespace Hyper.Dht.Rpc.Internal;

/// <summary>Fixed bytes of the wire. Source: dht-rpc 6.24.2, lib/io.js.</summary>
internal static class DhtWire
{
    /// <summary>First byte of a request: kind 0, version 3.</summary>
    public const byte Request = 0x03;

    /// <summary>First byte of a reply: kind 1, version 3.</summary>
    public const byte Reply = 0x13;

    /// <summary>Kind, flags, transaction id and address: what every datagram begins with.</summary>
    public const int HeaderBytes = 1 + 1 + 2 + Addr6Codec.Size;

    /// <summary>The largest datagram we send: what an Ethernet frame carries without fragments.</summary>
    public const int MaxDatagramBytes = 1472;

    public const int IdFlag = 1;
    public const int TokenFlag = 2;
    public const int InternalFlag = 4;
    public const int CloserNodesFlag = 4;
    public const int TargetFlag = 8;
    public const int ErrorFlag = 8;
    public const int ValueFlag = 16;
}
