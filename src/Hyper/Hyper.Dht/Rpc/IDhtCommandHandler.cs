namespace Hyper.Dht.Rpc;

/// <summary>Serves application commands of a <see cref="DhtRpcNode"/>.</summary>
public interface IDhtCommandHandler
{
    /// <summary>
    /// Handles one request, on the loop. To answer later, keep <see cref="DhtIncomingRequest.Responder"/>; never
    /// answering is allowed. The value is valid during the call only. Must not throw.
    /// </summary>
    /// <returns>False when the command is not served here: the node answers <see cref="DhtErrorCode.UnknownCommand"/>.</returns>
    bool OnRequest(in DhtIncomingRequest request);
}
