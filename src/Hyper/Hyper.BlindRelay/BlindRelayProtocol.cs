namespace Hyper.BlindRelay;

/// <summary>
/// What names the protocol's channel on a mux. Its id is the public key of the client, which both sides know.
/// </summary>
public static class BlindRelayProtocol
{
    /// <summary>Name of the channel.</summary>
    public const string Name = "blind-relay";
}
