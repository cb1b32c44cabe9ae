using System.CommandLine;
using Hyper.Encoding.Json;
using Intercom.Cli.Settings;
using Intercom.Node;

namespace Intercom.Cli.Tests.Settings;

/// <summary>What the JavaScript version was seen to make of its flags, beside what we make of them.</summary>
public sealed class RecordedFlagsTests : IDisposable
{
    private static readonly Lazy<Dictionary<string, JsObject>> _cases = new(Load);

    /// <summary>Recorded cases that are not read from flags alone, each with what there is for it.</summary>
    private static readonly Dictionary<string, string> _elsewhere = new()
    {
        ["bridge-port-in-use"] = "PeerTests: a chosen port that is taken fails in one line",
        ["subnet-bootstrap-file-broken"] = "of the subnet, which is not in this build",
        ["env-ignored"] = "the recorded runtime had no environment; here variables count: SettingEffectTests",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("intercom-flags-").FullName;

    public static TheoryData<string> Ids => [.. _cases.Value.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_recorded_case_is_read_or_stands_elsewhere_by_name()
    {
        const int Recorded = 85;
        Assert.Empty(_elsewhere.Keys.Intersect(_cases.Value.Keys));
        Assert.Equal(Recorded, _elsewhere.Count + _cases.Value.Count);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Read_recorded_flags_gives_what_is_expected(string id)
    {
        var flags = Texts(_cases.Value[id]["flags"]!).Select(InFolder).ToArray();
        var expected = Assert.IsType<JsObject>(_cases.Value[id]["ours"]);

        var (options, error) = await ReadAsync(flags);

        if (expected.GetString("refused") is { } refused)
        {
            Assert.Contains(refused, error);
            return;
        }
        Assert.Null(error);
        Assert.Equal(expected.GetNumber("bridge"), options!.Bridge?.Port);
        if (expected["extras"] is { } extras)
            Assert.Equal(Texts(extras), options.Sidechannels.Channels.Distinct().Where(name => name != "0000intercom"));
        if (expected["welcomes"] is { } welcomes)
            Assert.Equal(Texts(welcomes), options.Sidechannels.Welcomes.Keys);
        if (expected.GetNumber("difficulty") is { } difficulty)
        {
            var own = options.Sidechannels.ProofOfWork ? options.Sidechannels.ProofOfWorkDifficulty : 0;
            Assert.Equal(difficulty, own);
        }
    }

    /// <summary>The files that the recording had in its folder: the first welcome of it as JSON and in base64.</summary>
    private string InFolder(string flag)
    {
        const string mark = "wa:b64:";
        var welcome = Texts(_cases.Value["welcome-b64-prefix"]["flags"]!)
            .First(text => text.StartsWith(mark, StringComparison.Ordinal))[mark.Length..];
        File.WriteAllBytes(Path.Combine(_folder, "w1.json"), Convert.FromBase64String(welcome));
        File.WriteAllText(Path.Combine(_folder, "w2.txt"), $"b64:{welcome}\n");
        File.WriteAllText(Path.Combine(_folder, "w3.txt"), welcome);
        File.WriteAllText(Path.Combine(_folder, "w4.txt"), "");
        return flag.Replace("@w", "@" + Path.Combine(_folder, "w"), StringComparison.Ordinal);
    }

    private static async Task<(PeerOptions? Options, string? Error)> ReadAsync(string[] flags)
    {
        var settings = new SettingOptions(SettingCatalog.All);
        var root = new RootCommand();
        settings.AddTo(root);
        flags = SettingArguments.Normalize(flags);
        var line = root.Parse(flags);
        if (LineFaults.Find(line, flags) is { Count: > 0 } faults)
            return (null, string.Join('\n', faults));
        var values = settings.Read(line, _ => null);
        if (values.Errors.Count > 0)
            return (null, string.Join('\n', values.Errors));
        try
        {
            return (await PeerOptionsReader.ReadAsync(values, isUp: false, default), null);
        }
        catch (CommandException error)
        {
            Assert.Equal(ExitCode.Usage, error.ExitCode);
            return (null, error.Message);
        }
    }

    private static Dictionary<string, JsObject> Load()
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "flags.json"));
        Assert.True(JsJson.TryParse(bytes, out var value));
        var cases = Assert.IsType<JsArray>(Assert.IsType<JsObject>(value)["cases"]);
        return cases.OfType<JsObject>().ToDictionary(one => one.GetString("id")!);
    }

    private static List<string> Texts(JsValue list) =>
        [.. Assert.IsType<JsArray>(list).OfType<JsString>().Select(text => text.Value)];
}
