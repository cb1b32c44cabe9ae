using Hyper.Core.Internal;
using Hyper.Crypto;

namespace Hyper.Core.Tests;

/// <summary>A core in two dictionaries, without storage, queue or loop: what tree algorithms are tested against.</summary>
internal sealed class ModelTree : ITreeNodes
{
    private readonly Dictionary<ulong, TreeNode> _nodes = [];
    private readonly HashSet<ulong> _onDisk = [];

    public ModelTree(KeyPair? keyPair = null) => KeyPair = keyPair;

    public KeyPair? KeyPair { get; }

    public TreeHead Head { get; private set; } = TreeHead.Empty;

    public ManifestPrologue? Prologue { get; set; }

    public Verifier? Verifier { get; set; }

    public List<byte[]> Blocks { get; } = [];

    public IReadOnlyDictionary<ulong, TreeNode> Nodes => _nodes;

    /// <summary>Lookups of these answer "not in memory" until a reader was supplied with them.</summary>
    public bool IsAllOnDisk
    {
        set
        {
            _onDisk.Clear();
            if (value)
                _onDisk.UnionWith(_nodes.Keys);
        }
    }

    public static ModelTree Of(IEnumerable<byte[]> blocks, KeyPair? keyPair = null)
    {
        var tree = new ModelTree(keyPair);
        if (keyPair is not null)
        {
            var manifest = Manifest.ForSigner(keyPair.PublicKey);
            tree.Verifier = new Verifier(manifest.ComputeKey(), manifest);
        }
        tree.Append([.. blocks]);
        return tree;
    }

    public static ModelTree Of(int count, KeyPair? keyPair = null) => Of(Vectors.Blocks(count), keyPair);

    public Lookup TryGet(ulong index, out TreeNode node)
    {
        var found = _nodes.TryGetValue(index, out node);
        return _onDisk.Contains(index) ? Lookup.NotInMemory
            : found ? Lookup.Found
            : Lookup.Missing;
    }

    public TreeReader Read() => new(this);

    /// <summary>Runs an algorithm as storage does: what is not in memory is supplied, and it runs again.</summary>
    public T Run<T>(Func<TreeReader, T> algorithm)
    {
        var reader = Read();
        while (true)
        {
            var result = algorithm(reader);
            if (!reader.IsIncomplete)
                return result;
            foreach (var index in reader.Wanted)
                reader.Supply(index, _nodes.TryGetValue(index, out var node) ? node : null);
            reader.Wanted.Clear();
        }
    }

    public void Append(params byte[][] blocks)
    {
        var batch = new TreeBatch(Head);
        foreach (var block in blocks)
            batch.AppendRoot(TreeHash.Leaf(batch.Length, block));
        Blocks.AddRange(blocks);
        Commit(batch);
    }

    public void Truncate(ulong length, ulong fork)
    {
        var batch = new TreeBatch(Head);
        Assert.True(TreeQueries.TryGetRoots(length, Read(), out var roots));
        batch.TruncateTo(length, roots);
        batch.Fork = fork;
        Blocks.RemoveRange((int)length, Blocks.Count - (int)length);
        foreach (var index in _nodes.Keys.Where(index => FlatTree.RightSpan(index) >= 2 * length).ToList())
            _nodes.Remove(index);
        Commit(batch);
    }

    public void Commit(TreeBatch batch)
    {
        foreach (var node in batch.Nodes)
            _nodes[node.Index] = node;
        if (KeyPair is not null && Verifier is not null && batch.Length > 0)
            batch.Signature = Verifier.Sign(batch, KeyPair);
        Head = batch.ToHead();
    }

    /// <summary>Applies a foreign proof as a core does, with the manifest handling and without storing blocks.</summary>
    public ProofVerdict Apply(TreeProof proof, in Hyper.Encoding.Bytes32 key)
    {
        var batch = new TreeBatch(Head, Prologue);
        var verdict = ProofVerifier.Verify(proof, batch, Read());
        if (!verdict.IsValid)
            return verdict;
        if (batch.IsUpgraded)
        {
            verdict = ProofSignature.Check(key, Verifier, proof.Manifest, batch, out var learned);
            if (!verdict.IsValid)
                return verdict;
            Verifier ??= learned;
        }
        foreach (var node in batch.Nodes)
            _nodes[node.Index] = node;
        Head = batch.ToHead();
        return verdict;
    }

    /// <summary>Answers a request, block included.</summary>
    public ProofVerdict Prove(ProofRequest request, out TreeProof proof)
    {
        var built = Run(reader =>
        {
            var verdict = new ProofBuilder(Head, Prologue, reader).Build(request, out var made);
            return (verdict, made);
        });
        proof = built.made;
        if (built.verdict.IsValid && proof.Block is { } block)
        {
            var value = block.Index < (ulong)Blocks.Count ? Blocks[(int)block.Index] : [];
            proof = proof with { Block = block with { Value = value } };
        }
        return built.verdict;
    }
}
