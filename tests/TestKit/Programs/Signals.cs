namespace TestKit.Programs;

/// <summary>Numbers of POSIX signals.</summary>
public static class Signals
{
    /// <summary>SIGINT, as of Ctrl-C.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;
}
