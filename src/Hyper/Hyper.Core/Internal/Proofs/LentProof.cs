namespace Hyper.Core.Internal;

/// <summary>An answer whose block lies where the database has it, until this is disposed.</summary>
/// <param name="Verdict">Why there is no answer; valid otherwise.</param>
/// <param name="Proof">The answer.</param>
/// <param name="Block">What keeps the block in memory.</param>
internal readonly record struct LentProof(ProofVerdict Verdict, TreeProof Proof, IDisposable? Block = null)
    : IDisposable
{
    public void Dispose() => Block?.Dispose();
}
