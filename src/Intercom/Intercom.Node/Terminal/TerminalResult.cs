namespace Intercom.Node.Terminal;

/// <summary>What one command of the terminal came to.</summary>
/// <param name="Output">The lines it prints, those of the JavaScript version.</param>
/// <param name="Notes">Remarks of ours for the person at the keyboard.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record TerminalResult(IReadOnlyList<string> Output, IReadOnlyList<string> Notes, string? Error = null);
