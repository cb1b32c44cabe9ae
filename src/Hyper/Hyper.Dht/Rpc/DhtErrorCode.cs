namespace Hyper.Dht.Rpc;

/// <summary>Error numbers in replies. Commands may add their own. Source: dht-rpc 6.24.2, lib/errors.js.</summary>
public static class DhtErrorCode
{
    /// <summary>Success.</summary>
    public const uint None = 0;

    /// <summary>The node does not serve this command.</summary>
    public const uint UnknownCommand = 1;

    /// <summary>The token is too old or not for this host; the reply carries a fresh one.</summary>
    public const uint InvalidToken = 2;
}
