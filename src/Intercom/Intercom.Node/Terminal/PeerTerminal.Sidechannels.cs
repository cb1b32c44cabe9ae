using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Node.Terminal;

/// <summary>Commands on channels.</summary>
public sealed partial class PeerTerminal
{
    private const string Credentials = "[--invite <json|b64|@file>] [--welcome <json|b64|@file>]";

    private static readonly TerminalCommand _join = new(
        "/sc_join",
        $"--channel \"<name>\" {Credentials}",
        "join a channel"
    );
    private static readonly TerminalCommand _leave = new("/sc_leave", "--channel \"<name>\"", "leave a channel");
    private static readonly TerminalCommand _open = new(
        "/sc_open",
        $"--channel \"<name>\" [--via \"<channel>\"] {Credentials}",
        "ask the peers of a channel, the entry unless named, to open another one"
    );
    private static readonly TerminalCommand _send = new(
        "/sc_send",
        $"--channel \"<name>\" --message \"<text>\" {Credentials}",
        "send a message, joining the channel if need be"
    );
    private static readonly TerminalCommand _scStats = new("/sc_stats", "", "show channels and number of connections");

    private async Task JoinAsync(Call call)
    {
        if (call.Channel is not { } channel)
            call.PrintUsage();
        else if (await ReadCredentialsAsync(call) is var (invite, welcome))
        {
            var before = await OnLoopAsync(() => _sidechannels.Explain(channel));
            var status = await AcceptAndJoinAsync(channel, invite, welcome);
            if (status != JoinStatus.Joined)
            {
                PrintDenied(call, channel, "Join denied (invite required or invalid).", status);
                return;
            }
            call.Print($"Joined sidechannel: {channel}");
            if (!before.IsJoined && before.Findings.Any(one => one.Gate == OwnerlessChannel.Gate))
                call.Note(OwnerlessChannel.Hint(before.Channel));
        }
    }

    private async Task LeaveAsync(Call call)
    {
        if (call.Channel is not { } channel)
            call.PrintUsage();
        else if (await OnLoopAsync(() => _sidechannels.Leave(channel)))
            call.Print($"Left sidechannel: {channel}");
        else
            call.Print($"The peer is not on '{channel}', or cannot leave it.");
    }

    private async Task SendAsync(Call call)
    {
        var message = call.Arguments.Get("message", "msg");
        if (call.Channel is not { } channel || message is null)
        {
            call.PrintUsage();
            return;
        }
        if (await ReadCredentialsAsync(call) is not var (invite, welcome))
            return;
        var status = await AcceptAndJoinAsync(channel, invite, welcome);
        if (status != JoinStatus.Joined)
        {
            PrintDenied(call, channel, "Send denied (invite required or invalid).", status);
            return;
        }
        var sent = await _sidechannels.Loop.InvokeAsync(() => _sidechannels.BroadcastAsync(channel, message, invite));
        if (!sent.IsSent)
            call.Print("Send denied (owner-only or invite required).");
        if (sent.Status is not (BroadcastStatus.Sent or BroadcastStatus.NotOwner or BroadcastStatus.InviteRequired))
            call.Note($"the reason: {sent.Status}");
        if (sent is { IsSent: true, Peers: 0, OpeningPeers: 0 })
            call.Note($"no other peer is on '{channel}' yet: the message went nowhere");
    }

    private async Task OpenAsync(Call call)
    {
        if (call.Channel is not { } channel)
        {
            call.PrintUsage();
            return;
        }
        if (await ReadCredentialsAsync(call) is not var (invite, given))
            return;
        var via = call.Arguments.Get("via", "channel_via");
        var requested = await _sidechannels.Loop.InvokeAsync(() =>
            _sidechannels.RequestOpenAsync(channel, via, invite, given ?? _sidechannels.GetWelcome(channel))
        );
        if (requested.Status == BroadcastStatus.InviteRequired)
            call.Print($"[sidechannel:{via}] join denied (invite required).");
        call.Print($"Requested channel: {channel}");
        if (!requested.IsSent)
            call.Note($"the request was not sent: {requested.Status}");
    }

    private async Task ShowChannelsAsync(Call call)
    {
        var (channels, connections) = await OnLoopAsync(() => (_sidechannels.Channels, _sidechannels.ConnectionCount));
        var names = new JsArray();
        foreach (var channel in channels)
            names.Add(channel);
        call.Print(Json(new JsObject { ["channels"] = names, ["connectionCount"] = connections }));
    }

    private Task<JoinStatus> AcceptAndJoinAsync(string channel, JsValue? invite, JsValue? welcome) =>
        OnLoopAsync(() =>
        {
            _sidechannels.Accept(channel, invite, welcome);
            return _sidechannels.Join(channel);
        });

    private static void PrintDenied(Call call, string channel, string line, JoinStatus status)
    {
        if (status == JoinStatus.InviteRequired)
            call.Print($"[sidechannel:{channel}] join denied (invite required).");
        else
            call.Note($"the reason: {status}");
        call.Print(line);
    }

    /// <summary>Invite and welcome of the command, where given; null when one of them cannot be used, which is said.</summary>
    private static async Task<(JsValue? Invite, JsValue? Welcome)?> ReadCredentialsAsync(Call call)
    {
        var invite = await ReadCredentialAsync(call, "invite");
        if (invite.IsUnusable)
            return null;
        var welcome = await ReadCredentialAsync(call, "welcome");
        return welcome.IsUnusable ? null : (invite.Value, welcome.Value);
    }

    private static async Task<(JsValue? Value, bool IsUnusable)> ReadCredentialAsync(Call call, string kind)
    {
        if (call.Arguments.Get(kind, $"{kind}_b64", $"{kind}base64") is not { } text)
            return (null, false);
        var (credential, reason) = await CredentialArgument.ReadAsync(text);
        if (credential is not null)
            return (credential, false);
        call.Print($"Invalid {kind}. Pass JSON, base64, or @file.");
        call.Note($"the {kind} cannot be used: {reason}");
        return (null, true);
    }
}
