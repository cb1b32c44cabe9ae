namespace Intercom.Cli.Tests.Lab;

/// <summary>Numbers of POSIX signals.</summary>
internal static class Signals
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
}
