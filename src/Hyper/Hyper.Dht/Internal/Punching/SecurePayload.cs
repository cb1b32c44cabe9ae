using System.Security.Cryptography;
using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// Seals and opens the punch payloads of one handshake: nonce (24 bytes), then a secretbox. The key follows from the
/// handshake, so nobody between the two can read or make one. Also makes the tokens by which a side proves that it can
/// be reached at a host. Source: hyperdht 6.27.0, lib/secure-payload.js. Belongs to one connection attempt.
/// </summary>
internal sealed class SecurePayload : IDisposable
{
    private readonly byte[] _key;
    private readonly byte[] _tokenSecret = new byte[Bytes32.Length];
    private readonly IRandomSource _random;

    public SecurePayload(ReadOnlySpan<byte> handshakeHash, IRandomSource random)
    {
        // The reference hashes the namespace under the handshake hash as key.
        _key = Blake2b.KeyedHash(handshakeHash, DhtNamespaces.PeerHolepunch.Span).ToArray();
        _random = random;
        random.Fill(_tokenSecret);
    }

    /// <summary>The sealed form of <paramref name="payload"/>.</summary>
    public byte[] Seal(HolepunchPayload payload)
    {
        var plainBytes = HolepunchPayloadCodec.GetSize(payload);
        var sealedBytes = new byte[SecretBox.NonceBytes + SecretBox.OverheadBytes + plainBytes];
        var nonce = sealedBytes.AsSpan(0, SecretBox.NonceBytes);
        _random.Fill(nonce);
        var plain = new byte[plainBytes];
        var writer = new CompactWriter(plain);
        HolepunchPayloadCodec.Write(ref writer, payload);
        SecretBox.Seal(plain, nonce, _key, sealedBytes.AsSpan(SecretBox.NonceBytes));
        return sealedBytes;
    }

    /// <summary>Opens what the other side sealed; false for anything else.</summary>
    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, out HolepunchPayload payload)
    {
        payload = new HolepunchPayload();
        var plainBytes = sealedBytes.Length - SecretBox.NonceBytes - SecretBox.OverheadBytes;
        if (plainBytes <= 0)
            return false;
        var plain = new byte[plainBytes];
        var nonce = sealedBytes[..SecretBox.NonceBytes];
        return SecretBox.TryOpen(sealedBytes[SecretBox.NonceBytes..], nonce, _key, plain)
            && HolepunchPayloadCodec.TryRead(plain, out payload);
    }

    /// <summary>The token for a host, whatever the port.</summary>
    public Bytes32 CreateToken(in UdpAddress address) =>
        Blake2b.KeyedHash(_tokenSecret, TextEncoding.UTF8.GetBytes(address.HostText));

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_tokenSecret);
    }
}
