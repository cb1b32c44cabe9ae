namespace Intercom.Cli.Settings;

/// <summary>The part of the system that a setting is for.</summary>
internal enum SettingPlane
{
    /// <summary>Store, keys and network of the peer itself.</summary>
    Peer,

    /// <summary>Messages on named channels.</summary>
    Sidechannels,

    /// <summary>The WebSocket for agents.</summary>
    Bridge,

    /// <summary>Replicated contract state.</summary>
    Subnet,

    /// <summary>The settlement bus.</summary>
    Settlement,
}
