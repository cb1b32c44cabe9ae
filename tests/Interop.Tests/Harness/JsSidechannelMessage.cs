using System.Text.Json;

namespace Interop.Tests.Harness;

/// <summary>A message that a partner's sidechannel peer accepted.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Neighbour">Key of the peer it came through.</param>
/// <param name="Payload">The whole payload as it came.</param>
/// <param name="Signed">Whether its signature is that of its <c>from</c>.</param>
public sealed record JsSidechannelMessage(string Channel, string Neighbour, JsonElement Payload, bool Signed)
{
    /// <summary>The message itself.</summary>
    public JsonElement Message => Payload.GetProperty("message");
}
