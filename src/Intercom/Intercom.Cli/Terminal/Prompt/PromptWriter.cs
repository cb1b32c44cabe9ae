using System.Text;

namespace Intercom.Cli.Terminal.Prompt;

/// <summary>A stream of the program that goes to the terminal above the prompt.</summary>
internal sealed class PromptWriter(PromptScreen screen, TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => screen.Write(inner, [value]);

    public override void Write(string? value) => screen.Write(inner, value);

    public override void Write(char[] buffer, int index, int count) => screen.Write(inner, buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => screen.Write(inner, buffer);

    public override void WriteLine(string? value) => screen.Write(inner, value + "\n");

    public override void Flush() => inner.Flush();
}
