using Hyper.Encoding.Json;

namespace Intercom.Node.Terminal;

/// <summary>Commands that sign.</summary>
public sealed partial class PeerTerminal
{
    /// <summary>Nearly thirty thousand years: more seconds do not fit a time span.</summary>
    private const double MaxTtlSeconds = 9e11;

    private static readonly TerminalCommand _invite = new(
        "/sc_invite",
        "--channel \"<name>\" --pubkey \"<peer-pubkey-hex>\" [--ttl <sec>] [--welcome <json|b64|@file>]",
        "sign an invite for one peer, and show it"
    );
    private static readonly TerminalCommand _welcome = new(
        "/sc_welcome",
        "--channel \"<name>\" --text \"<message>\"",
        "sign a channel's welcome, and show it"
    );

    private async Task InviteAsync(Call call)
    {
        var invitee = call.Arguments.Get("pubkey", "invitee", "peer", "key");
        if (call.Channel is not { } channel || invitee is null)
        {
            call.PrintUsage();
            return;
        }
        var lifetime = ReadLifetime(call);
        if (lifetime <= TimeSpan.Zero)
        {
            call.Print("Invite TTL is required. Pass --ttl <sec> or set --sidechannel-invite-ttl.");
            return;
        }
        var (welcome, isUnusable) = await ReadCredentialAsync(call, "welcome");
        if (isUnusable)
            return;
        if (!Hyper.Encoding.Bytes32.TryParseHex(invitee.Trim(), out _))
            call.Note($"'{invitee}' is no public key (64 hexadecimal digits): nobody can use this invite");
        var invite = await OnLoopAsync(() =>
            _sidechannels.CreateInvite(channel, invitee, lifetime, _wallet.Address.Text, welcome)
        );
        PrintSigned(call, "invite", invite);
    }

    private async Task WelcomeAsync(Call call)
    {
        var text = call.Arguments.Get("text", "message", "msg");
        if (call.Channel is not { } channel || text is null)
        {
            call.PrintUsage();
            return;
        }
        PrintSigned(call, "welcome", await OnLoopAsync(() => _sidechannels.CreateWelcome(channel, text)));
    }

    /// <summary>The whole number that the text begins with, as seconds; zero when it begins with none.</summary>
    private TimeSpan ReadLifetime(Call call)
    {
        if (call.Arguments.Get("ttl", "ttl_sec", "ttl_s") is not { } text)
            return _options.InviteLifetime;
        var seconds = 0.0;
        foreach (var digit in text.Trim().TakeWhile(char.IsAsciiDigit))
            seconds = Math.Min(MaxTtlSeconds, (seconds * 10) + (digit - '0'));
        return TimeSpan.FromSeconds(seconds);
    }

    private static void PrintSigned(Call call, string kind, JsObject credential)
    {
        call.Print(Json(credential));
        call.Print($"{kind}_b64: {Convert.ToBase64String(JsJson.StringifyToUtf8(credential))}");
    }
}
