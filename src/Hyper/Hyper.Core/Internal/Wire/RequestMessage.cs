namespace Hyper.Core.Internal;

/// <summary>Message type 1 of a replication channel.</summary>
/// <param name="Id">Chosen by the asker; the answer carries it.</param>
/// <param name="Fork">The fork that is asked for.</param>
/// <param name="Proof">What is asked for.</param>
/// <param name="Priority">0 for background, 1 for a reader who waits.</param>
internal sealed record RequestMessage(ulong Id, ulong Fork, ProofRequest Proof, ulong Priority = 0);
