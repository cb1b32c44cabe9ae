namespace Hyper.Core.Internal;

/// <summary>What became of one of several answers.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Verdict">Why it is wrong; valid otherwise.</param>
internal readonly record struct ReceiveOutcome(ReceiveStatus Status, ProofVerdict Verdict);
