namespace Intercom.Node.Terminal;

/// <summary>One command of the terminal, as help and completion show it.</summary>
/// <param name="Name">With its slash.</param>
/// <param name="Arguments">What may follow, as a usage line shows it; empty when nothing may.</param>
/// <param name="Help">What it does.</param>
public sealed record TerminalCommand(string Name, string Arguments, string Help)
{
    /// <summary>The line that is printed when an argument is missing.</summary>
    public string Usage => Arguments.Length == 0 ? $"Usage: {Name}" : $"Usage: {Name} {Arguments}";

    /// <summary>Names of its arguments, with their dashes.</summary>
    public IEnumerable<string> ArgumentNames =>
        Arguments
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.TrimStart('['))
            .Where(word => word.StartsWith("--", StringComparison.Ordinal));
}
