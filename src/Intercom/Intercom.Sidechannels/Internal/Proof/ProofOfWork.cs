using System.Numerics;
using System.Security.Cryptography;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal.Proof;

/// <summary>Making and checking proofs of work: leading zero bits of SHA-256 over the canonical message and a nonce.</summary>
internal static class ProofOfWork
{
    /// <summary>Tries between two looks at the clock, about 50 ms of one core: other work on the pool gets its turn.</summary>
    private const int TriesPerStep = 1 << 16;

    /// <summary>Whether the payload carries a proof of at least this difficulty. Its own claim does not count.</summary>
    public static bool Verify(JsValue payload, int difficulty)
    {
        // Any number will do for JavaScript, fractions too: it is hashed as JSON writes it.
        if (JsConvert.Get(JsConvert.Get(payload, "pow"), "nonce") is not JsNumber nonce)
            return false;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(CanonicalForms.ProofBase(payload, nonce.Value), hash);
        return CountLeadingZeroBits(hash) >= difficulty;
    }

    /// <summary>
    /// Finds a nonce with all cores, away from the loop. Called on the loop.
    /// </summary>
    /// <returns>The nonce, or -1 when the deadline passed.</returns>
    public static async Task<long> MineAsync(
        EventLoop loop,
        JsValue payload,
        int difficulty,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        var search = await loop.OffloadAsync(() => new ProofSearch(payload, difficulty));
        var workers = new Task<long>[Environment.ProcessorCount];
        var deadline = loop.Time.GetTimestamp() + loop.Time.ToTicks(limit);
        for (long next = 0; loop.Time.GetTimestamp() <= deadline; next += (long)workers.Length * TriesPerStep)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < workers.Length; i++)
            {
                var first = next + ((long)i * TriesPerStep);
                workers[i] = loop.OffloadAsync(() => search.Search(first, TriesPerStep));
            }
            foreach (var nonce in await Task.WhenAll(workers))
                if (nonce >= 0)
                    return nonce;
        }
        return -1;
    }

    private static int CountLeadingZeroBits(ReadOnlySpan<byte> hash)
    {
        var zeros = hash.IndexOfAnyExcept((byte)0);
        return zeros < 0 ? hash.Length * 8 : (zeros * 8) + BitOperations.LeadingZeroCount((uint)hash[zeros]) - 24;
    }
}
