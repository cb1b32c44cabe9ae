using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>
    /// A proof of the core's length, and of one of its blocks, for somebody who stores nothing of the core but its manifest;
    /// <see cref="CorestoreStorage.VerifyRemoteProofAsync"/> and JavaScript read it.
    /// </summary>
    /// <param name="index">The block; without it the length alone is proven.</param>
    /// <exception cref="HypercoreException">INVALID_OPERATION: the core is empty, or the block is not stored here.</exception>
    public async Task<byte[]> CreateRemoteProofAsync(ulong? index = null)
    {
        VerifyOpen();
        var length = _core.Default.Head.Length;
        if (length == 0)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                $"Core {Key} is empty: nothing is signed."
            );
        var request = new ProofRequest
        {
            Block = index is { } block ? new BlockRequest(block, 0) : null,
            Upgrade = new UpgradeRequest(0, length),
        };
        using var lent = await _core.Default.LendProofAsync(request);
        if (!lent.Verdict.IsValid)
            throw lent.Verdict.ToException();
        return Encode(new DataMessage(0, lent.Proof with { Manifest = Manifest }));
    }

    private byte[] Encode(DataMessage message)
    {
        var bytes = new byte[Bytes32.Length + DataCodec.GetSize(message)];
        var writer = new CompactWriter(bytes);
        writer.WriteFixed32(DiscoveryKey);
        DataCodec.Write(ref writer, message);
        return bytes;
    }
}
