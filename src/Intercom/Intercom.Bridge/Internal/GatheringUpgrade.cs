using Microsoft.AspNetCore.Http.Features;

namespace Intercom.Bridge.Internal;

/// <summary>Puts a <see cref="GatheringStream"/> below the WebSocket that a request turns into.</summary>
internal sealed class GatheringUpgrade(IHttpUpgradeFeature upgrade) : IHttpUpgradeFeature
{
    /// <summary>What the WebSocket writes to, once there is one.</summary>
    public GatheringStream? Stream { get; private set; }

    public bool IsUpgradableRequest => upgrade.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => Stream = new GatheringStream(await upgrade.UpgradeAsync());
}
