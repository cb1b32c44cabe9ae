using System.Text.Json;
using Intercom.Sidechannels;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Mesh;

/// <summary>A member of ours.</summary>
internal sealed class OurMeshMember(OurLoop loop, OurSidechannels peer, SidechannelWatch watch) : IMeshMember
{
    public string Key => peer.PublicKey;

    public Task LinkAsync(string key) => peer.LinkAsync(key);

    public Task UnlinkAsync(string key) => peer.UnlinkAsync(key);

    public async Task JoinAsync(string channel) => Assert.Equal(JoinStatus.Joined, await peer.JoinAsync(channel));

    public Task LeaveAsync(string channel) => peer.LeaveAsync(channel);

    public Task<JsonElement> InviteAsync(string channel, string invitee) => peer.InviteAsync(channel, invitee);

    public Task AcceptAsync(string channel, JsonElement invite) => peer.AcceptAsync(channel, invite);

    public async Task<string> SendAsync(string channel, string text)
    {
        var sent = await peer.SendAsync(channel, text);
        Assert.Equal(BroadcastStatus.Sent, sent.Status);
        return sent.Id!;
    }

    public async Task<IReadOnlyList<string>> OpenWithAsync(string channel) => await peer.OpenWithAsync(channel);

    public async Task<SidechannelLog> TakeLogAsync()
    {
        var dropped = await peer.DropsAsync();
        return await loop.RunAsync(() => watch.Take(dropped));
    }

    public Task StopAsync() => peer.DisposeAsync().AsTask();
}
