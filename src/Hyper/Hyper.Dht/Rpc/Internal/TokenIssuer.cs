using System.Globalization;
using System.Security.Cryptography;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Gives out tokens bound to a host and checks them. Two secrets: the newer one issues, both are accepted, and every
/// 7.5 s the newer becomes the older, so a token lives 7.5 to 15 s. Others treat tokens as opaque; the construction is
/// that of dht-rpc 6.24.2, lib/io.js.
/// </summary>
internal sealed class TokenIssuer
{
    public static readonly TimeSpan RotationInterval = TimeSpan.FromSeconds(7.5);

    private Bytes32 _older;
    private Bytes32 _newer;
    private TimeSpan _rotatedAt;

    public TokenIssuer(IRandomSource random, TimeSpan now)
    {
        random.Fill(_older.MutableSpan);
        random.Fill(_newer.MutableSpan);
        _rotatedAt = now;
    }

    internal TokenIssuer(in Bytes32 older, in Bytes32 newer)
    {
        _older = older;
        _newer = newer;
    }

    /// <summary>The token for the host of <paramref name="address"/>; its port does not matter.</summary>
    public Bytes32 Issue(in UdpAddress address, TimeSpan now)
    {
        Rotate(now);
        return Compute(address, _newer);
    }

    /// <summary>Whether the token was issued to that host not long ago.</summary>
    public bool IsValid(in UdpAddress address, in Bytes32 token, TimeSpan now)
    {
        Rotate(now);
        // Either comparison takes the same time whatever the bytes are: a token is a secret of the peer it was given to.
        return CryptographicOperations.FixedTimeEquals(token.Span, Compute(address, _newer).Span)
            || CryptographicOperations.FixedTimeEquals(token.Span, Compute(address, _older).Span);
    }

    private static Bytes32 Compute(in UdpAddress address, in Bytes32 secret)
    {
        Span<byte> text = stackalloc byte[15];
        var length = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            var octet = (byte)(address.IPv4Host >> shift);
            octet.TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
            length += written;
            if (shift > 0)
                text[length++] = (byte)'.';
        }
        return Blake2b.KeyedHash(secret.Span, text[..length]);
    }

    private void Rotate(TimeSpan now)
    {
        for (var turns = 0; turns < 2 && now - _rotatedAt >= RotationInterval; turns++)
        {
            var next = Blake2b.Hash(_older.Span);
            _older = _newer;
            _newer = next;
            _rotatedAt += RotationInterval;
        }
        if (now - _rotatedAt >= RotationInterval)
            _rotatedAt = now;
    }
}
