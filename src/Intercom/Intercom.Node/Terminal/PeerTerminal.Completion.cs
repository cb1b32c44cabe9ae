namespace Intercom.Node.Terminal;

/// <summary>What a line can go on with.</summary>
public sealed partial class PeerTerminal
{
    /// <summary>
    /// Words that could stand where the last one of <paramref name="line"/> stands, which begins at <c>Start</c>: commands,
    /// their arguments, channels and keys of connected peers.
    /// </summary>
    public async Task<(int Start, IReadOnlyList<string> Words)> CompleteAsync(string line)
    {
        var start = line.LastIndexOf(' ') + 1;
        var word = line[start..];
        var before = line[..start].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> candidates =
            before.Length == 0 ? Commands.Select(command => command.Name)
            : word.StartsWith('-') || before is [_] ? ArgumentsOf(before)
            : before[^1] switch
            {
                "--channel" or "--via" => (await OnLoopAsync(() => _sidechannels.Channels)).Select(Quoted),
                "--pubkey" => await OnLoopAsync(() =>
                    _sidechannels.GetStatistics().Peers.Select(peer => peer.PublicKey.ToHex()).ToList()
                ),
                ['-', '-', ..] => [],
                _ => ArgumentsOf(before),
            };
        return (start, [.. candidates.Where(one => one.StartsWith(word, StringComparison.Ordinal)).Distinct()]);
    }

    /// <summary>A name as it has to be typed.</summary>
    private static string Quoted(string name) =>
        CommandLineWords.TrySplit(name) is [var whole] && whole == name
            ? name
            : $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private IEnumerable<string> ArgumentsOf(string[] before) =>
        Commands.FirstOrDefault(command => command.Name == before[0])?.ArgumentNames.Except(before) ?? [];
}
