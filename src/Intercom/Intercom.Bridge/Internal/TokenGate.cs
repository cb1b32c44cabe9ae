using System.Security.Cryptography;

namespace Intercom.Bridge.Internal;

/// <summary>
/// Judges tokens in fixed time, and slows down those who guess: after some wrong ones within a minute, from whatever
/// client, one token is judged a second. The right one waits its turn too, but is never refused.
/// </summary>
internal sealed class TokenGate(string token, int maxFailuresPerMinute, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _pace = TimeSpan.FromSeconds(1);

    private readonly byte[] _expected = SHA256.HashData(TextEncoding.UTF8.GetBytes(token));
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Queue<long> _failures = new();

    public async Task<bool> CheckAsync(string? presented, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (_failures.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > _window)
                _failures.Dequeue();
            if (_failures.Count >= maxFailuresPerMinute)
                await Task.Delay(_pace, time, cancellationToken);
            // Hashes have one length, so the comparison tells nothing of the token's.
            var hash = SHA256.HashData(TextEncoding.UTF8.GetBytes(presented ?? ""));
            var isRight = CryptographicOperations.FixedTimeEquals(hash, _expected) && presented is not null;
            if (!isRight)
                Remember();
            return isRight;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private void Remember()
    {
        _failures.Enqueue(time.GetTimestamp());
        if (_failures.Count > maxFailuresPerMinute)
            _failures.Dequeue();
    }
}
