using System.Text.Json;
using Interop.Tests.Harness;

namespace Interop.Tests.Mesh;

/// <summary>A member that lives in a partner.</summary>
internal sealed class JsMeshMember(JsSidechannel peer) : IMeshMember
{
    public string Key => peer.PublicKey;

    public Task LinkAsync(string key) => peer.LinkAsync(key);

    public Task UnlinkAsync(string key) => peer.UnlinkAsync(key);

    public Task JoinAsync(string channel) => peer.JoinAsync(channel);

    public Task LeaveAsync(string channel) => peer.LeaveAsync(channel);

    public Task<JsonElement> InviteAsync(string channel, string invitee) => peer.InviteAsync(channel, invitee);

    public Task AcceptAsync(string channel, JsonElement invite) => peer.AcceptAsync(channel, invite);

    public Task<string> SendAsync(string channel, string text) => peer.SendAsync(channel, text);

    /// <summary>Sends where the rules do not let it write, as a hostile peer would.</summary>
    public Task<string> ForceAsync(string channel, string text) => peer.SendAsync(channel, text, force: true);

    public Task<IReadOnlyList<string>> OpenWithAsync(string channel) => peer.OpenWithAsync(channel);

    public Task<SidechannelLog> TakeLogAsync() => peer.TakeLogAsync();

    public Task StopAsync() => peer.DestroyAsync();
}
