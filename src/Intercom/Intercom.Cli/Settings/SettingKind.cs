namespace Intercom.Cli.Settings;

/// <summary>What a setting's text must be.</summary>
internal enum SettingKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>1, true, yes or on; 0, false, no or off. The flag alone means on.</summary>
    Switch,

    /// <summary>A whole number, 0 or more.</summary>
    Number,

    /// <summary>A TCP or UDP port; 0 lets the system choose.</summary>
    Port,

    /// <summary>A port that others have to know: not 0.</summary>
    FixedPort,

    /// <summary>Texts separated by commas.</summary>
    List,

    /// <summary><c>name:value</c> or <c>name=value</c>, separated by commas.</summary>
    Pairs,

    /// <summary>Pairs whose values are keys.</summary>
    KeyPairs,

    /// <summary>Keys separated by commas.</summary>
    Keys,

    /// <summary><c>host:port</c>, separated by commas.</summary>
    Addresses,

    /// <summary>32 bytes as 64 hexadecimal digits.</summary>
    Key,
}
