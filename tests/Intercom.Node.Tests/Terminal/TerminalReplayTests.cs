using System.Text.RegularExpressions;
using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Node.Tests.Lab;
using Intercom.Sidechannels;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Node.Tests.Terminal;

/// <summary>
/// The commands that were given to the JavaScript peer, given to ours in the same order: the lines it prints are the
/// recorded ones, but for keys, times and signatures. Invites and welcomes of the recorded partner are signed anew.
/// </summary>
public sealed partial class TerminalReplayTests : IDisposable
{
    private const string RecordedOwn = "50717a32668f5b62967ba61eac90a1f25b65442162b65c51d43699717494b08e";
    private const string RecordedPartner = "66be7e332c7a453332bd9d0a7f7db055f5c5ef1a06ada66d98b39fb6810c473a";
    private const string RecordedAddress = "trac12pch5vnx3adk99nm5c02ey9p7fdk23ppv2m9c5w5x6vhzay5kz8qec77kn";

    /// <summary>Cases in which we answer otherwise, or which are the bridge's own.</summary>
    private static readonly Dictionary<string, string> _differences = new()
    {
        ["cli-missing"] = "the bridge's: CliTests of Intercom.Bridge",
        ["cli-number"] = "the bridge's: CliTests of Intercom.Bridge",
        ["cli-queue"] = "the bridge's: requests are answered in their order",
        ["cli-help"] = "our list: TerminalTests",
        ["cli-stats"] = "the lines that are not of the subnet: TerminalTests",
        ["cli-get-keys"] = "the secret was struck out: TerminalTests",
        ["cli-exit"] = "answered before the end: TerminalTests",
        ["cli-unbalanced-quote"] = "an error of ours: TerminalTests",
    };

    /// <summary>Cases of commands of the subnet, which is not in this build: they are refused as that.</summary>
    private static readonly string[] _ofSubnet =
    [
        "cli-msb",
        "cli-get-",
        "cli-tx-",
        "cli-post-",
        "cli-add-",
        "cli-set-nick",
        "cli-deploy",
    ];

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Recorded_commands_print_the_recorded_lines()
    {
        await using var lab = await TerminalLab.StartAsync();
        List<string> faults = [];
        var replayed = 0;
        foreach (var recorded in Cases().Where(recorded => !_differences.ContainsKey(Id(recorded))))
        {
            var command = ((JsObject)recorded.GetArray("stimulus")![0]).GetString("command")!;
            if (IsOfSubnet(recorded))
            {
                var refused = await lab.Terminal.RunAsync(command);
                Assert.Contains("belongs to the subnet", refused.Error);
                continue;
            }
            await File.WriteAllTextAsync(_file, Invite(lab, "privf"));
            command = Rewrite(lab, command).Replace("@inv.txt", "@" + _file, StringComparison.Ordinal);

            var result = await lab.Terminal.RunAsync(command);

            var expected = recorded.GetObject("observed")!.GetObject("reply")!.GetArray("output")!.Cast<JsString>();
            var wanted = expected.Select(line => Normalize(Rewrite(lab, line.Value)));
            var printed = result.Output.Select(Normalize);
            if (result.Error is not null || !wanted.SequenceEqual(printed))
                faults.Add($"{Id(recorded)}:\n  {Text(wanted)}\n  {Text(printed)}\n  {result.Error}");
            replayed++;
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.Equal(51, replayed);
    }

    [Fact]
    public void Differences_are_recorded_cases() => Assert.Empty(_differences.Keys.Except(Cases().Select(Id)));

    private static IEnumerable<JsObject> Cases() =>
        Vectors
            .Load("bridge.json")
            .GetArray("cases")!
            .Cast<JsObject>()
            .Where(recorded => recorded.GetString("setup") == "bridge-cli");

    private static bool IsOfSubnet(JsObject recorded) =>
        _ofSubnet.Any(start => Id(recorded).StartsWith(start, StringComparison.Ordinal));

    private static string Id(JsObject recorded) => recorded.GetString("id")!;

    private static string Text(IEnumerable<string> lines) => string.Join(" | ", lines);

    private static string Invite(TerminalLab lab, string channel)
    {
        var payload = new InvitePayload(channel, lab.OwnKey, lab.PartnerKey, JsValue.Null, 1, 4_102_444_800_000, "n");
        return Convert.ToBase64String(JsJson.StringifyToUtf8(InviteCodec.Sign(payload, lab.Partner)));
    }

    /// <summary>The text with our keys, and with what the partner signed signed by ours.</summary>
    private static string Rewrite(TerminalLab lab, string text)
    {
        text = Base64().Replace(text, found => ToBase64(Resign(lab, FromBase64(found.Value))));
        text = Signed().Replace(text, found => Resign(lab, found.Value));
        return OurKeys(lab, text);
    }

    private static string OurKeys(TerminalLab lab, string text) =>
        text.Replace(RecordedOwn, lab.OwnKey, StringComparison.Ordinal)
            .Replace(RecordedPartner, lab.PartnerKey, StringComparison.Ordinal)
            .Replace(RecordedAddress, lab.Wallet.Address.Text, StringComparison.Ordinal);

    private static string Resign(TerminalLab lab, string json)
    {
        var signed = Parse(OurKeys(lab, json));
        var payload = signed.GetObject("payload")!;
        var signer = payload.GetString("inviterPubKey") ?? payload.GetString("ownerPubKey");
        if (signer == lab.PartnerKey)
        {
            var signature = new byte[Ed25519.SignatureBytes];
            lab.Partner.Sign(JsJson.StringifySortedToUtf8(payload), signature);
            signed["sig"] = Convert.ToHexStringLower(signature);
        }
        return JsJson.Stringify(signed);
    }

    /// <summary>The line without what is different each time: the invite's times are left as its lifetime.</summary>
    private static string Normalize(string line)
    {
        line = Base64().Replace(line, found => ToBase64(WithoutTimes(FromBase64(found.Value))));
        return Signed().Replace(line, found => WithoutTimes(found.Value));
    }

    private static string WithoutTimes(string json)
    {
        var signed = Parse(json);
        Strip(signed);
        return JsJson.Stringify(signed);
    }

    private static void Strip(JsObject signed)
    {
        var payload = signed.GetObject("payload")!;
        if (payload.GetNumber("expiresAt") is { } end)
        {
            payload["expiresAt"] = end - payload.GetNumber("issuedAt")!.Value;
            Assert.Matches("^[0-9a-z]{1,8}$", payload.GetString("nonce"));
            payload["nonce"] = "";
        }
        payload["issuedAt"] = 0;
        Assert.Equal(128, signed.GetString("sig")!.Length);
        signed["sig"] = "";
        if (signed.GetObject("welcome") is { } welcome)
            Strip(welcome);
    }

    private static JsObject Parse(string json)
    {
        Assert.True(JsJson.TryParse(TextEncoding.UTF8.GetBytes(json), out var value), json);
        return Assert.IsType<JsObject>(value);
    }

    private static string ToBase64(string text) => Convert.ToBase64String(TextEncoding.UTF8.GetBytes(text));

    private static string FromBase64(string text) => TextEncoding.UTF8.GetString(Convert.FromBase64String(text));

    [GeneratedRegex("[A-Za-z0-9+/]{130,}={0,2}", RegexOptions.None, 1000)]
    private static partial Regex Base64();

    [GeneratedRegex("""\{"payload".*\}""", RegexOptions.None, 1000)]
    private static partial Regex Signed();
}
