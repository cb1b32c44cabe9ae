namespace Intercom.Bridge;

/// <summary>Runs commands of the terminal for clients of the bridge. Called from any thread.</summary>
public interface IBridgeTerminal
{
    /// <summary>Runs one command, such as <c>/sc_stats</c>. Does not throw: what fails is told in the result.</summary>
    /// <param name="command">The line, without white space around it.</param>
    /// <param name="isOwner">Whether the client has the token of the options: others are told no secret key.</param>
    Task<BridgeCommandResult> RunAsync(string command, bool isOwner);
}
