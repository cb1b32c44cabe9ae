using System.Text.Json;
using Interop.Tests.Harness;

namespace Interop.Tests.Mesh;

/// <summary>A peer of a mixed mesh, of whichever make.</summary>
internal interface IMeshMember
{
    string Key { get; }

    Task LinkAsync(string key);

    Task UnlinkAsync(string key);

    Task JoinAsync(string channel);

    Task LeaveAsync(string channel);

    Task<JsonElement> InviteAsync(string channel, string invitee);

    Task AcceptAsync(string channel, JsonElement invite);

    /// <summary>Sends a text; its id.</summary>
    Task<string> SendAsync(string channel, string text);

    Task<IReadOnlyList<string>> OpenWithAsync(string channel);

    Task<SidechannelLog> TakeLogAsync();

    Task StopAsync();
}
