namespace Hyper.Core.Internal;

/// <summary>Outcome of building or checking a proof. A refusal is a value: foreign bytes do not throw.</summary>
/// <param name="Code">One of <see cref="HypercoreErrorCode"/>; null if all is well.</param>
/// <param name="Detail">What was wrong, for a log.</param>
internal readonly record struct ProofVerdict(string? Code, string? Detail)
{
    public static ProofVerdict Valid => default;

    public bool IsValid => Code is null;

    /// <summary>It cannot be said: what is stored here is damaged.</summary>
    public static ProofVerdict Damaged(string detail) => new(HypercoreErrorCode.StorageCorrupt, detail);

    public static ProofVerdict InvalidOperation(string detail) => new(HypercoreErrorCode.InvalidOperation, detail);

    public static ProofVerdict InvalidProof(string detail) => new(HypercoreErrorCode.InvalidProof, detail);

    public static ProofVerdict InvalidChecksum(string detail) => new(HypercoreErrorCode.InvalidChecksum, detail);

    public static ProofVerdict InvalidSignature(string detail) => new(HypercoreErrorCode.InvalidSignature, detail);

    public HypercoreException ToException() => new(Code!, Detail!);
}
