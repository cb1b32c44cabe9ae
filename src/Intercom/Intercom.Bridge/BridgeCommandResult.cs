namespace Intercom.Bridge;

/// <summary>What a command of the terminal has to say.</summary>
/// <param name="Output">The lines that it prints.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record BridgeCommandResult(IReadOnlyList<string> Output, string? Error = null);
