using System.Globalization;
using Hyper.Encoding;

namespace Intercom.Cli.Settings;

/// <summary>
/// The texts given for settings, checked when they are taken in; read by kind afterwards. A text that is empty counts
/// as not given, as in the JavaScript version; white space around it does not count.
/// </summary>
internal sealed class SettingValues
{
    private readonly Dictionary<SettingDefinition, string> _texts = [];
    private readonly Dictionary<SettingDefinition, (SettingSource Source, string GivenAs)> _sources = [];
    private readonly List<string> _errors = [];

    /// <summary>One line for each text that is not allowed.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The settings that were given.</summary>
    public IReadOnlyCollection<SettingDefinition> Given => _texts.Keys;

    /// <summary>Takes <paramref name="text"/> for a setting; null is the flag without a value.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="text">What was given for it.</param>
    /// <param name="givenAs">The name it was given by, for messages.</param>
    /// <param name="source">Where it was given.</param>
    public void Add(SettingDefinition setting, string? text, string givenAs, SettingSource source = SettingSource.Flag)
    {
        if (text is null && setting.Kind == SettingKind.Switch)
            text = "1";
        if (text is null)
            _errors.Add($"{givenAs} needs a value: {setting.Allowed}.");
        else if (text.Trim() is { Length: > 0 } trimmed && !IsAllowed(setting, trimmed))
            _errors.Add($"{givenAs}: '{text}' is not allowed here; allowed is {setting.Allowed}.");
        else if (text.Trim() is { Length: > 0 } given)
        {
            _texts[setting] = given;
            _sources[setting] = (source, givenAs);
        }
    }

    /// <summary>Notes that something cannot be used.</summary>
    public void AddError(string error) => _errors.Add(error);

    /// <summary>Where the setting was given, and by what name; <see cref="SettingSource.Default"/> when nowhere.</summary>
    public (SettingSource Source, string GivenAs) SourceOf(SettingDefinition setting) =>
        _sources.GetValueOrDefault(setting, (SettingSource.Default, ""));

    public bool Has(SettingDefinition setting) => _texts.ContainsKey(setting);

    public string? Text(SettingDefinition setting) => _texts.GetValueOrDefault(setting);

    public bool Switch(SettingDefinition setting, bool fallback) =>
        _texts.TryGetValue(setting, out var text) ? ParseSwitch(text) ?? fallback : fallback;

    /// <summary>The number; one beyond the largest of its type is as good as that.</summary>
    public int? Number(SettingDefinition setting) =>
        _texts.TryGetValue(setting, out var text)
            ? (int)Math.Min(int.MaxValue, ulong.Parse(text, CultureInfo.InvariantCulture))
            : null;

    public IReadOnlyList<string> List(SettingDefinition setting) =>
        _texts.TryGetValue(setting, out var text) ? SplitList(text) : [];

    /// <summary>The pairs by name; of two with one name the last counts.</summary>
    public IReadOnlyDictionary<string, string> Pairs(SettingDefinition setting)
    {
        Dictionary<string, string> pairs = [];
        foreach (var entry in PairText.SplitEntries(Text(setting) ?? ""))
        {
            if (PairText.Split(entry) is var (name, value))
                pairs[name] = value;
        }
        return pairs;
    }

    private static bool IsAllowed(SettingDefinition setting, string text) =>
        setting.Kind switch
        {
            SettingKind.Switch => ParseSwitch(text) is not null,
            SettingKind.Number => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            SettingKind.Port => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            SettingKind.FixedPort => ushort.TryParse(
                text,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var port
            )
                && port != 0,
            SettingKind.List => SplitList(text).Length > 0,
            SettingKind.Pairs => AllPairs(text, static _ => true),
            SettingKind.KeyPairs => AllPairs(text, static value => Bytes32.TryParseHex(value, out _)),
            SettingKind.Keys => SplitList(text) is { Length: > 0 } keys && keys.All(k => Bytes32.TryParseHex(k, out _)),
            SettingKind.Addresses => SplitList(text) is { Length: > 0 } hosts && hosts.All(HostAndPort.IsValid),
            SettingKind.Key => Bytes32.TryParseHex(text, out _),
            _ => true,
        };

    private static bool? ParseSwitch(string text) =>
        text.ToUpperInvariant() switch
        {
            "1" or "TRUE" or "YES" or "ON" => true,
            "0" or "FALSE" or "NO" or "OFF" => false,
            _ => null,
        };

    private static string[] SplitList(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool AllPairs(string text, Predicate<string> isValue) =>
        PairText.SplitEntries(text) is { Count: > 0 } entries
        && entries.TrueForAll(entry => PairText.Split(entry) is var (_, value) && isValue(value));
}
