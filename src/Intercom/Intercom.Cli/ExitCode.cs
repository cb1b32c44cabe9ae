namespace Intercom.Cli;

/// <summary>What the program's exit says.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NoSuchPeer = 3;
    public const int Refused = 4;

    /// <summary>All of them, for the help text.</summary>
    public const string Explained =
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such peer running or found, 4 refused by the peer.";
}
