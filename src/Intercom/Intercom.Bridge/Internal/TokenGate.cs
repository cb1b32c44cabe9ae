using System.Security.Cryptography;

namespace Intercom.Bridge.Internal;

/// <summary>
/// Judges tokens in fixed time, and slows down those who guess: after some wrong ones within a minute, from whatever
/// client, one token is judged a second.
/// </summary>
/// <remarks>
/// Who has a token that nobody can guess need not wait behind those who try: tokens of credentials, and one of the options
/// that is long. A short one waits its turn also when it is right, for an answer at once would tell guessers that it is;
/// but it is never refused.
/// </remarks>
internal sealed class TokenGate(
    string token,
    Func<IReadOnlyList<BridgeCredential>> credentials,
    int maxFailuresPerMinute,
    TimeProvider time
) : IDisposable
{
    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _pace = TimeSpan.FromSeconds(1);

    /// <summary>A token this long, such as a generated one, is not guessed.</summary>
    private const int LongTokenChars = 32;

    private readonly byte[] _expected = BridgeCredential.HashOf(token);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<long> _failures = new();

    public async Task<TokenVerdict> CheckAsync(string? presented, CancellationToken cancellationToken)
    {
        var verdict = presented is null ? default : Judge(BridgeCredential.HashOf(presented));
        if (verdict.IsRight && (verdict.Credential is not null || token.Length >= LongTokenChars))
            return verdict;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (_failures.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > _window)
                _failures.Dequeue();
            if (_failures.Count >= maxFailuresPerMinute)
                await Task.Delay(_pace, time, cancellationToken);
            if (!verdict.IsRight)
                Remember();
            return verdict;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Wrong tokens so far.</summary>
    public long WrongTokens { get; private set; }

    public void Dispose() => _turn.Dispose();

    /// <summary>
    /// Hashes have one length, so the comparison tells nothing of the token's; all are compared, whichever fits.
    /// </summary>
    private TokenVerdict Judge(byte[] hash)
    {
        BridgeCredential? found = null;
        var now = time.GetUtcNow();
        foreach (var credential in credentials())
        {
            if (CryptographicOperations.FixedTimeEquals(hash, credential.TokenHash.Span) && !credential.IsExpired(now))
                found = credential;
        }
        return CryptographicOperations.FixedTimeEquals(hash, _expected)
            ? new TokenVerdict(IsRight: true, Credential: null)
            : new TokenVerdict(found is not null, found);
    }

    private void Remember()
    {
        WrongTokens++;
        _failures.Enqueue(time.GetTimestamp());
        if (_failures.Count > maxFailuresPerMinute)
            _failures.Dequeue();
    }
}
