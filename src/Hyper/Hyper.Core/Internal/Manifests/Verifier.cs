using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Whether a tree was signed by those whom a manifest names. Immutable. Source: hypercore 11.18.3, lib/verifier.js;
/// docs/protocol/hypercore.md, "Verification".
/// </summary>
internal sealed class Verifier
{
    private readonly Bytes32 _key;
    private readonly bool _isLegacy;

    /// <param name="key">The core's key.</param>
    /// <param name="manifest">Its normalised manifest.</param>
    /// <param name="isLegacy">Whether signatures omit the namespace, as in the oldest cores.</param>
    public Verifier(in Bytes32 key, Manifest manifest, bool isLegacy = false)
    {
        _key = key;
        _isLegacy = isLegacy;
        Manifest = manifest;
        IsCompat = manifest.IsCompat(key);
        Version = IsCompat ? 0 : manifest.Version;
        Quorum = IsCompat ? 1 : manifest.Quorum;
        AllowPatch = !IsCompat && manifest.AllowPatch;
        Prologue = IsCompat ? null : manifest.Prologue;
    }

    public Manifest Manifest { get; }

    /// <summary>Whether the core's key is a public key, from before manifests.</summary>
    public bool IsCompat { get; }

    public int Version { get; }

    public ulong Quorum { get; }

    public bool AllowPatch { get; }

    public ManifestPrologue? Prologue { get; }

    private bool HasRawSignature => IsCompat || (Version == 0 && !AllowPatch && Manifest.Signers.Count == 1);

    public bool Verify(TreeBatch tree, ReadOnlyMemory<byte> signature)
    {
        if (Version != 0 && Prologue is { } prologue && tree.Length <= prologue.Length)
            return tree.Length == prologue.Length && tree.ComputeHash() == prologue.Hash;
        if (signature.IsEmpty)
            return false;
        return HasRawSignature ? VerifyOne(tree, 0, signature.Span) : VerifyMany(tree, signature);
    }

    /// <summary>
    /// Signs with the key pair of one of the signers. A core with one signer gets its complete signature bytes; with several
    /// it is that signer's 64 bytes, which a <see cref="PartialSignature"/> is made from.
    /// </summary>
    /// <exception cref="HypercoreException">BAD_ARGUMENT: not a signer of this core.</exception>
    public byte[] Sign(TreeBatch tree, KeyPair keyPair)
    {
        for (var i = 0; i < Manifest.Signers.Count; i++)
        {
            if (Manifest.Signers[i].PublicKey != keyPair.PublicKey)
                continue;
            Span<byte> room = stackalloc byte[Signable.MaxBytes];
            var signature = new byte[Ed25519.SignatureBytes];
            keyPair.Sign(GetSignable(room, tree, i), signature);
            return Version == 0 || Manifest.Signers.Count > 1 ? signature : MultiSignature.Single(signature);
        }
        throw new HypercoreException(
            HypercoreErrorCode.BadArgument,
            "The public key is not one of the core's signers."
        );
    }

    /// <summary>Puts contributions of several signers together.</summary>
    public byte[] Assemble(IReadOnlyList<PartialSignature> parts) =>
        Version == 0 ? MultiSignatureV0.Assemble(parts) : MultiSignature.Assemble(parts).ToBytes();

    /// <summary>The longest length that a quorum of signers has reached; 0 if too few are there.</summary>
    public static ulong GetSignableLength(ReadOnlySpan<ulong> lengths, int quorum)
    {
        quorum = Math.Max(quorum, 1);
        if (quorum > lengths.Length)
            return 0;
        var sorted = lengths.ToArray();
        Array.Sort(sorted);
        return sorted[^quorum];
    }

    private bool VerifyMany(TreeBatch tree, ReadOnlyMemory<byte> signature)
    {
        if (Quorum == 0)
            return false;
        if (
            Version == 0
                ? !MultiSignatureV0.TryRead(signature, out var container)
                : !MultiSignature.TryRead(signature, out container)
        )
            return false;
        if ((ulong)container.Proofs.Count < Quorum)
            return false;
        var tried = new HashSet<ulong>();
        // Exactly the first ones count: a bad one among them cannot be made up for by a good one behind.
        for (var i = 0; i < (int)Quorum; i++)
        {
            var proof = container.Proofs[i];
            var signed = tree;
            if (proof.Patch > 0 && AllowPatch && !TryPatch(tree, container.Nodes, proof.Patch, out signed))
                return false;
            if (proof.Signer >= (ulong)Manifest.Signers.Count || !tried.Add(proof.Signer))
                return false;
            if (!VerifyOne(signed, (int)proof.Signer, proof.Signature.Span))
                return false;
        }
        return true;
    }

    private bool VerifyOne(TreeBatch tree, int signer, ReadOnlySpan<byte> signature)
    {
        Span<byte> room = stackalloc byte[Signable.MaxBytes];
        return Ed25519.Verify(signature, GetSignable(room, tree, signer), Manifest.Signers[signer].PublicKey);
    }

    private ReadOnlySpan<byte> GetSignable(Span<byte> room, TreeBatch tree, int signer) =>
        IsCompat
            ? Signable.WriteCompat(room, _isLegacy, tree.ComputeHash(), tree.Length, tree.Fork)
            : Signable.Write(
                room,
                Version == 0 ? Manifest.Signers[signer].Namespace : _key,
                tree.ComputeHash(),
                tree.Length,
                tree.Fork
            );

    /// <summary>Grows a copy of the tree to the length that was signed; the fork stays ours.</summary>
    private static bool TryPatch(TreeBatch tree, IReadOnlyList<TreeNode> nodes, ulong patch, out TreeBatch patched)
    {
        patched = tree.Clone();
        if (!TryCollectPatch(nodes, tree.Length, patch, out var path))
            return false;
        var upgrade = new UpgradeProof(tree.Length, patch, path, [], default);
        return ProofVerifier.VerifyUpgrade(tree.Fork, upgrade, null, patched, out _).IsValid;
    }

    /// <summary>Orders the nodes of a container as an upgrade from <paramref name="start"/> needs them.</summary>
    internal static bool TryCollectPatch(IReadOnlyList<TreeNode> nodes, ulong start, ulong length, out TreeNode[] path)
    {
        path = [];
        if (length > FlatTree.MaxLength - start)
            return false;
        // Of several nodes with one index the last counts, as in a JavaScript map.
        var known = new Dictionary<ulong, TreeNode>();
        foreach (var node in nodes)
            known[node.Index] = node;
        var ordered = new List<TreeNode>();
        var from = 2 * start;
        var isConnected = start == 0;
        foreach (var root in FlatTree.FullRoots(start + length))
        {
            if (FlatTree.RightSpan(root) + 1 < from)
                continue;
            if (!isConnected && FlatTree.Contains(root, from - 2))
            {
                isConnected = true;
                for (var at = from - 2; at != root; at = FlatTree.Parent(at))
                {
                    var sibling = FlatTree.Sibling(at);
                    if (sibling <= from - 2)
                        continue;
                    if (!known.TryGetValue(sibling, out var node))
                        return false;
                    ordered.Add(node);
                }
                continue;
            }
            isConnected = true;
            if (!known.TryGetValue(root, out var whole))
                return false;
            ordered.Add(whole);
        }
        path = [.. ordered];
        return true;
    }
}
