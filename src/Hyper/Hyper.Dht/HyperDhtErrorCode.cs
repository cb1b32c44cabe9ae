namespace Hyper.Dht;

/// <summary>The codes of <see cref="HyperDhtException"/>. Source: hyperdht 6.27.0, lib/errors.js, except where noted.</summary>
public static class HyperDhtErrorCode
{
    /// <summary>No node of the DHT knows the peer.</summary>
    public const string PeerNotFound = "PEER_NOT_FOUND";

    /// <summary>Nodes know the peer, but it answered through none of them: it is gone, or refuses us.</summary>
    public const string PeerConnectionFailed = "PEER_CONNECTION_FAILED";

    /// <summary>The peer speaks another version of the handshake.</summary>
    public const string ServerIncompatible = "SERVER_INCOMPATIBLE";

    /// <summary>The peer answered the handshake with an error.</summary>
    public const string ServerError = "SERVER_ERROR";

    /// <summary>Both sides were there, but no path was found in time.</summary>
    public const string HolepunchAborted = "HOLEPUNCH_ABORTED";

    /// <summary>The peer names no relay through which a path could be arranged.</summary>
    public const string CannotHolepunch = "CANNOT_HOLEPUNCH";

    /// <summary>One side could not find out how its NAT behaves.</summary>
    public const string HolepunchProbeTimeout = "HOLEPUNCH_PROBE_TIMEOUT";

    /// <summary>Both sides have NATs that use another port for every destination.</summary>
    public const string DoubleRandomizedNats = "HOLEPUNCH_DOUBLE_RANDOMIZED_NATS";

    /// <summary>The peer gave up while a path was arranged.</summary>
    public const string RemoteAborted = "REMOTE_ABORTED";

    /// <summary>The peer does not take part in punching.</summary>
    public const string RemoteNotHolepunching = "REMOTE_NOT_HOLEPUNCHING";

    /// <summary>The peer's NAT cannot be punched from here.</summary>
    public const string RemoteNotHolepunchable = "REMOTE_NOT_HOLEPUNCHABLE";

    /// <summary>The relay was not there, or the other side did not come to it.</summary>
    public const string RelayAborted = "RELAY_ABORTED";

    /// <summary>The server listens already.</summary>
    public const string AlreadyListening = "ALREADY_LISTENING";

    /// <summary>Another server of this node listens under the same key.</summary>
    public const string KeyPairAlreadyUsed = "KEYPAIR_ALREADY_USED";

    /// <summary>The node is closed.</summary>
    public const string NodeDestroyed = "NODE_DESTROYED";

    /// <summary>The node is suspended.</summary>
    public const string Suspended = "SUSPENDED";

    /// <summary>No node could be asked to store (not in hyperdht, which has only a text).</summary>
    public const string TooFewNodes = "TOO_FEW_NODES";

    /// <summary>The operation took too long (Node's code).</summary>
    public const string TimedOut = "ETIMEDOUT";
}
