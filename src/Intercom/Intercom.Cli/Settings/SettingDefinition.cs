namespace Intercom.Cli.Settings;

/// <summary>
/// One setting: its flag, its environment variable and what its text must be. All of the JavaScript version's stand in
/// <see cref="SettingCatalog"/>, also those whose part is not in this build.
/// </summary>
/// <param name="Flag">Name without dashes.</param>
/// <param name="Kind">What the text must be.</param>
/// <param name="Plane">What it is for.</param>
/// <param name="Help">One line for the help text.</param>
/// <param name="Default">The text that would mean the same as leaving it out; null where that means nothing.</param>
internal sealed record SettingDefinition(
    string Flag,
    SettingKind Kind,
    SettingPlane Plane,
    string Help,
    string? Default = null
)
{
    /// <summary>The flag as typed.</summary>
    public string Option => "--" + Flag;

    /// <summary>Environment variable; the flag in capitals unless the JavaScript version named it otherwise.</summary>
    public string Environment { get; init; } = Flag.Replace('-', '_').ToUpperInvariant();

    /// <summary>Other flags with the same meaning; the flag itself stands before them wherever it is given.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Other environment variables with the same meaning, which stand behind the first.</summary>
    public string[] OtherEnvironment { get; init; } = [];

    /// <summary><see cref="Default"/> under <c>intercom up</c>.</summary>
    public string? DefaultWithUp
    {
        get => field ?? Default;
        init;
    }

    /// <summary>Whether its text is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether it takes effect in this build; otherwise it is accepted with a warning.</summary>
    public bool IsInBuild { get; init; } = true;

    /// <summary>What is allowed, for error messages.</summary>
    public string Allowed =>
        Kind switch
        {
            SettingKind.Switch => "1, true, yes, on, 0, false, no or off",
            SettingKind.Number => "a whole number, 0 or more",
            SettingKind.Port => "a port from 0 to 65535",
            SettingKind.FixedPort => "a port from 1 to 65535",
            SettingKind.List => "names separated by commas",
            SettingKind.Pairs => "channel:value pairs separated by commas",
            SettingKind.KeyPairs => "channel:key pairs separated by commas, keys of 64 hexadecimal digits",
            SettingKind.Keys => "keys of 64 hexadecimal digits separated by commas",
            SettingKind.Addresses => "host:port pairs separated by commas, IPv4 addresses or host names",
            SettingKind.Key => "64 hexadecimal digits",
            _ => "a text that is not empty",
        };

    /// <summary>Name of the value in the help text.</summary>
    public string ValueName =>
        Kind switch
        {
            SettingKind.Switch => "0|1",
            SettingKind.Number => "number",
            SettingKind.Port or SettingKind.FixedPort => "port",
            SettingKind.List => "name,…",
            SettingKind.Pairs => "channel:value,…",
            SettingKind.KeyPairs => "channel:hex,…",
            SettingKind.Keys => "hex,…",
            SettingKind.Addresses => "host:port,…",
            SettingKind.Key => "hex",
            _ => "text",
        };
}
