using Intercom.Sidechannels;

namespace Intercom.Node.Terminal;

/// <summary>What keeps messages of a channel from passing.</summary>
public sealed partial class PeerTerminal
{
    private static readonly TerminalCommand _why = new(
        "/sc_why",
        "--channel \"<name>\"",
        "say why messages on a channel were dropped, or why it is silent, and what would help"
    );

    /// <summary>The lines of <c>intercom sc why</c>, which takes the channel as a word of its own; so does this.</summary>
    private async Task ExplainAsync(Call call)
    {
        if ((call.Channel ?? call.Arguments.TakeWord()) is not { } channel)
        {
            call.PrintUsage();
            return;
        }
        var why = await OnLoopAsync(() => _sidechannels.Explain(channel));
        call.Print(
            $"{why.Channel}: {(why.IsJoined ? "joined" : "not joined")}; open with {why.OpenPeers} of {why.Connections} connected peers; {why.Delivered} delivered, {why.Sent} sent"
        );
        if (why.Findings.Count == 0)
            call.Print("nothing is in the way now");
        foreach (var finding in why.Findings)
        {
            call.Print($"{finding.Gate}{(finding.Peer is null ? "" : " " + finding.Peer)}: {finding.Cause}");
            call.Print($"    {finding.Fix}");
        }
        foreach (var (reason, count) in why.Drops)
        {
            call.Print($"{DropReasonText.GateOf(reason)} dropped {count} ({reason}): {DropReasonText.CauseOf(reason)}");
            call.Print($"    {DropReasonText.FixOf(reason)}");
        }
        if (why.Recent is [.., var last])
            call.Print($"last dropped: {last.Reason}, peer {last.Peer.ToHex()}");
    }
}
