namespace Hyper.Dht.Messages;

/// <summary>
/// Why a server or its puncher says no, inside the encrypted payloads. Source: hyperdht 6.27.0, lib/constants.js.
/// </summary>
internal enum HandshakeError : uint
{
    None = 0,
    Aborted = 1,
    VersionMismatch = 2,
    TryLater = 3,
}
