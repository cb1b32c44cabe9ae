using System.Runtime.InteropServices;

namespace Intercom.Cli.Tests;

public sealed class LifetimeTests
{
    [Fact]
    public void Signal_that_is_handled_while_the_program_ends_does_nothing()
    {
        var lifetime = new Lifetime();
        lifetime.Dispose();

        var late = new PosixSignalContext(PosixSignal.SIGTERM);
        lifetime.OnSignal(late, 15);

        Assert.True(late.Cancel);
    }
}
