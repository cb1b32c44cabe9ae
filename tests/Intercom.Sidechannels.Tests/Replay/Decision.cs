namespace Intercom.Sidechannels.Tests.Replay;

/// <summary>What one recorded step led to, in JavaScript and here.</summary>
/// <param name="Case">The case.</param>
/// <param name="Step">The step of it.</param>
/// <param name="Gate">What it is about, as a row of the table.</param>
/// <param name="Role">Who acts.</param>
/// <param name="Js">The recorded outcome.</param>
/// <param name="Ours">The outcome of the replay.</param>
internal sealed record Decision(string Case, int Step, string Gate, string Role, string Js, string Ours);
