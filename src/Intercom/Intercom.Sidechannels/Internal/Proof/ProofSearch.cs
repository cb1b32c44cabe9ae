using System.Buffers.Binary;
using System.Buffers.Text;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal.Proof;

/// <summary>
/// The search for a nonce. The canonical text is the same before and after the nonce; the blocks before it are hashed
/// once, and a try hashes only the end. Nothing but the mark of success changes after construction, so every core can
/// search at once.
/// </summary>
internal sealed class ProofSearch
{
    private const int MaxNonceDigits = 20;

    // The end mark 0x80 and the length in bits that close a SHA-256 message.
    private const int PaddingBytes = 9;

    /// <summary>Tries between two looks at whether another core was faster; a power of two.</summary>
    private const int TriesPerLook = 256;

    private readonly Sha256State _start = Sha256State.Create();
    private readonly byte[] _before;
    private readonly byte[] _after;
    private readonly long _hashedBytes;
    private readonly int _difficulty;
    private volatile bool _isFound;

    public ProofSearch(JsValue payload, int difficulty)
    {
        _difficulty = difficulty;
        ReadOnlySpan<byte> canonical = CanonicalForms.ProofBase(payload, 0);
        // The last such member is the one at the top level: what follows it holds only keys and the time, in which
        // a quote would be escaped.
        var mark = ",\"nonce\":0,\"origin\":"u8;
        var nonceAt = canonical.LastIndexOf(mark) + ",\"nonce\":"u8.Length;
        var prefix = canonical[..nonceAt];
        var wholeBlocks = prefix.Length / Sha256State.BlockBytes * Sha256State.BlockBytes;
        _start.Update(prefix[..wholeBlocks]);
        _hashedBytes = wholeBlocks;
        _before = prefix[wholeBlocks..].ToArray();
        _after = canonical[(nonceAt + 1)..].ToArray();
    }

    /// <summary>Tries <paramref name="count"/> nonces from <paramref name="first"/> on; -1 when none will do or
    /// another core has one.</summary>
    public long Search(long first, int count)
    {
        Span<byte> end = new byte[
            RoundUp(_before.Length + MaxNonceDigits + _after.Length + PaddingBytes, Sha256State.BlockBytes)
        ];
        _before.CopyTo(end);
        for (var nonce = first; nonce < first + count; nonce++)
        {
            if (nonce % TriesPerLook == 0 && _isFound)
                return -1;
            var state = _start;
            state.Update(Complete(end, nonce));
            if (state.LeadingZeroBits < _difficulty)
                continue;
            _isFound = true;
            return nonce;
        }
        return -1;
    }

    private ReadOnlySpan<byte> Complete(Span<byte> end, long nonce)
    {
        Utf8Formatter.TryFormat(nonce, end[_before.Length..], out var digits);
        var length = _before.Length + digits;
        _after.CopyTo(end[length..]);
        length += _after.Length;
        var blocks = end[..RoundUp(length + PaddingBytes, Sha256State.BlockBytes)];
        blocks[length] = 0x80;
        blocks[(length + 1)..].Clear();
        BinaryPrimitives.WriteInt64BigEndian(blocks[^8..], (_hashedBytes + length) * 8);
        return blocks;
    }

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}
