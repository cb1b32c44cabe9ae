using TestKit.Programs;

namespace TestKit.Tests;

public sealed class InheritedSignalsTests
{
    private static readonly string[] _showStatus = ["cat", "/proc/self/status"];

    [Theory]
    [InlineData("", false)]
    [InlineData("trap '' INT; exec \"$@\"", true)]
    [InlineData("trap '' INT; exec env \"$@\"", false)]
    public async Task Interrupt_is_ignored_unless_it_was_reset(string script, bool isIgnored)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");
        IEnumerable<string> shown = script.Contains("env") ? InheritedSignals.ResetBefore(_showStatus) : _showStatus;
        await using var process = IntercomProcess.StartProgram(
            Path.GetTempPath(),
            script.Length == 0 ? _showStatus[0] : "sh",
            script.Length == 0 ? _showStatus[1..] : ["-c", script, "sh", .. shown]
        );

        Assert.Equal((0, ""), (await process.EndAsync(), process.Notes));
        Assert.Equal(isIgnored, InheritedSignals.IgnoresInterrupt(process.ResultLines));
    }
}
