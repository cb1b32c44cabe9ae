using Hyper.Encoding.Json;

namespace Intercom.Cli.Settings;

/// <summary>
/// A configuration file: one JSON object whose members are named as the flags. Values are texts as the flags take them, or
/// JSON: numbers, booleans, lists of texts, and objects for <c>channel:value</c> pairs (the value of a welcome may be the
/// welcome itself). Null counts as not given.
/// </summary>
internal static class ConfigFile
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly Dictionary<string, SettingDefinition> _settings = SettingCatalog
        .All.SelectMany(setting => setting.Aliases.Append(setting.Flag).Select(name => (name, setting)))
        .ToDictionary(pair => pair.name, pair => pair.setting);

    /// <summary>Takes what the file says on settings that have no text yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="values">What flags and environment said; faults of the file are noted in it.</param>
    /// <param name="isOfStore">Whether it lies in the store, and so cannot say which store that is.</param>
    public static void Read(string path, SettingValues values, bool isOfStore)
    {
        if (TryParse(path, values) is not { } file)
            return;
        foreach (var (name, value) in file.Members)
        {
            if (!_settings.TryGetValue(name, out var setting))
                values.AddError(Unknown(path, name));
            else if (
                isOfStore && (setting == SettingCatalog.PeerStoreName || setting == SettingCatalog.PeerStoresDirectory)
            )
                values.AddError($"{path}: '{name}' cannot stand in the store's own file; give it as a flag.");
            else if (value.IsNull || values.Has(setting))
                continue;
            else if (TextOf(setting, value) is { } text)
                values.Add(setting, text, $"{path}: {name}", SettingSource.File);
            else
                values.AddError($"{path}: {name}: {value} is not allowed here; allowed is {setting.Allowed}.");
        }
        var hasSecret = SettingCatalog.All.Any(setting =>
            setting.IsSecret && values.SourceOf(setting).Source == SettingSource.File
        );
        if (hasSecret && IsReadByOthers(path))
            values.AddError($"{path} holds a secret and other users can read it: chmod 600 '{path}'.");
    }

    private static JsObject? TryParse(string path, SettingValues values)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                values.AddError($"{path} is larger than {MaxBytes} bytes.");
            else if (!JsJson.TryParse(File.ReadAllBytes(path), out var value) || value is not JsObject file)
                values.AddError($"{path} is not a JSON object.");
            else
                return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            values.AddError($"The configuration file '{path}' cannot be read: {error.Message}");
        }
        return null;
    }

    /// <summary>What one would write after the flag; null when the value has no such form.</summary>
    private static string? TextOf(SettingDefinition setting, JsValue value) =>
        (setting.Kind, value) switch
        {
            (_, JsString text) => text.Value,
            (SettingKind.Switch, JsBoolean { Value: var isOn }) => isOn ? "1" : "0",
            (SettingKind.Number or SettingKind.Port or SettingKind.FixedPort, JsNumber) => value.ToString(),
            (SettingKind.List or SettingKind.Keys or SettingKind.Addresses, JsArray list) => Join(
                list.Select(item => (item as JsString)?.Value)
            ),
            (SettingKind.Pairs or SettingKind.KeyPairs, JsObject pairs) => Join(Pairs(pairs)),
            _ => null,
        };

    private static List<string?> Pairs(JsObject pairs)
    {
        List<string?> entries = [];
        foreach (var (name, value) in pairs.Members)
        {
            var text =
                value is JsString given ? given.Value
                : value is JsObject ? value.ToString()
                : null;
            entries.Add(text is null || name.Contains(':') ? null : $"{name}:{text}");
        }
        return entries;
    }

    /// <summary>The entries with commas between them; null when one of them would not be read back as it is.</summary>
    private static string? Join(IEnumerable<string?> entries)
    {
        List<string> read = [];
        foreach (var entry in entries)
        {
            if (entry is null || PairText.SplitEntries(entry) is not [var whole])
                return null;
            read.Add(whole);
        }
        return string.Join(',', read);
    }

    private static string Unknown(string path, string name)
    {
        var hint = LineFaults.Nearest(name, [.. _settings.Keys]) is { } nearest ? $" Did you mean '{nearest}'?" : "";
        return $"{path}: unknown setting '{name}'.{hint}";
    }

    private static bool IsReadByOthers(string path) =>
        !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None;
}
