namespace Hyper.Dht.Messages;

/// <summary>Which leg of its way a routed message is on. Source: hyperdht 6.27.0, lib/router.js.</summary>
internal enum RouteMode : byte
{
    /// <summary>Client to the node it asks.</summary>
    FromClient = 0,

    /// <summary>Server back to the relay.</summary>
    FromServer = 1,

    /// <summary>Relay to the server, or to the relay it knows for it.</summary>
    FromRelay = 2,

    /// <summary>Second relay to the server.</summary>
    FromSecondRelay = 3,

    /// <summary>The answer as the client receives it.</summary>
    Reply = 4,
}
