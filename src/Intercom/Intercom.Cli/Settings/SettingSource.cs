namespace Intercom.Cli.Settings;

/// <summary>Where the text of a setting comes from; a later one stands before an earlier one.</summary>
internal enum SettingSource
{
    /// <summary>It was not given.</summary>
    Default,

    /// <summary>The configuration file.</summary>
    File,

    /// <summary>An environment variable.</summary>
    Environment,

    /// <summary>The command line.</summary>
    Flag,
}
